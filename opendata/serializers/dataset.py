"""The metadata document of a dataset: the one schema that says what metadata we hold.

A new metadata field costs two places: here, and the template or export that shows it. The same
schema is published as `schemas/metadata/dataset.schema.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from opendata.errors import InvalidDocument

_LANGUAGES = ("vi", "en", "und")
_WEB = validate.URL(schemes={"http", "https"}, require_tld=False)
_MAX_TITLE = 1_000
_MAX_TEXT = 200_000


def _language_map(longest: int, **options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(_LANGUAGES)),
        values=fields.String(validate=validate.Length(min=1, max=longest)),
        **options,
    )


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class PublisherSchema(_Strict):
    """Who answers for the data, as the source names it."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=500))
    name_en = fields.String()
    code = fields.String(metadata={"description": "Identification code, Decision 20/2020/QĐ-TTg"})


class PeriodSchema(_Strict):
    """The time that the data speaks of."""

    start = fields.Date(allow_none=True)
    end = fields.Date(allow_none=True)


class ContactSchema(_Strict):
    """Whom to ask."""

    name = fields.String()
    email = fields.String()
    phone = fields.String()


class DatasetDocument(_Strict):
    """One dataset, shaped after DCAT: texts are maps of language to text."""

    #: One order for all fields, so that equal documents are equal bytes.
    empty: ClassVar[tuple[object, ...]] = (None, "", [], {})

    title = _language_map(_MAX_TITLE, required=True, validate=validate.Length(min=1))
    notes = _language_map(_MAX_TEXT)
    identifier = fields.String(required=True, validate=validate.Length(min=1, max=2_000))
    publisher = fields.Nested(PublisherSchema, allow_none=True)
    keywords = fields.List(fields.String(validate=validate.Length(min=1, max=200)))
    themes = fields.List(fields.String(validate=validate.Length(min=1, max=200)))
    licence = fields.String(required=True)
    licence_as_given = fields.String(metadata={"description": "What the source wrote, if unknown"})
    frequency = fields.String()
    landing_page = fields.String(validate=_WEB)
    areas = fields.List(fields.String(validate=validate.Length(min=1, max=200)))
    period = fields.Nested(PeriodSchema, allow_none=True)
    issued = fields.Date()
    language = fields.String(required=True)
    contact = fields.Nested(ContactSchema, allow_none=True)
    provenance = _language_map(_MAX_TEXT)


_PROFILE = DatasetDocument()


def load(values: Mapping[str, Any]) -> dict[str, Any]:
    """Check a document and return it in its stored form, JSON values without empty fields.

    Raises InvalidDocument with a message per field.
    """
    given = {name: value for name, value in values.items() if value not in DatasetDocument.empty}
    try:
        stored: dict[str, Any] = _PROFILE.dump(_PROFILE.load(given))
    except ValidationError as err:
        raise InvalidDocument(_flatten(err.messages)) from err
    return stored


def content_hash(document: Mapping[str, Any], distributions: list[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of what a record says: equal hash, nothing to do."""
    text = json.dumps([document, distributions], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _flatten(messages: Any, path: str = "") -> dict[str, str]:
    if isinstance(messages, dict):
        flat: dict[str, str] = {}
        for key, inner in messages.items():
            flat.update(_flatten(inner, f"{path}.{key}" if path else str(key)))
        return flat
    return {path: " ".join(str(message) for message in messages)}
