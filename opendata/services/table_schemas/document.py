"""A Table Schema document, read as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opendata.services.table_schemas import extensions, keys, values
from opendata.services.table_schemas.fields import field, missing_values
from opendata.services.table_schemas.model import Field, TableSchema

MATCHES = ("exact", "equal", "subset", "superset", "partial")


def parse(document: Any, folder: Path) -> TableSchema:
    """Read a Frictionless Table Schema that lies in `folder`, which is `NAME/VERSION`.

    Raises ValueError with a sentence for what the standard does not allow, for rules that would
    not be checked, and for patterns that RE2 cannot run.
    """
    whole = values.mapping(document, "a table schema")
    fields = _fields(whole.get("fields"))
    known = [of.name for of in fields]
    foreign = keys.foreign_keys(whole.get("foreignKeys", []), known)
    return TableSchema(
        name=folder.parent.name,
        version=folder.name,
        title=extensions.in_languages(whole, "title") or {"vi": folder.parent.name},
        description=extensions.in_languages(whole, "description"),
        fields=keys.held_by_lists(fields, foreign),
        primary_key=keys.key(whole.get("primaryKey", []), known, "primaryKey"),
        missing_values=missing_values(whole.get("missingValues", [""])),
        folder=folder,
        unique_keys=keys.unique_keys(whole.get("uniqueKeys", []), known),
        foreign_keys=tuple(key for key in foreign if not keys.code_list(key)),
        fields_match=_fields_match(whole.get("fieldsMatch", "")),
        rules=extensions.row_rules(whole, fields),
        status=extensions.status(whole),
    )


def _fields(listed: Any) -> tuple[Field, ...]:
    fields = tuple(field(item) for item in values.items(listed, "fields"))
    if not fields:
        raise ValueError("a table schema must have fields")
    names = [of.name for of in fields]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two fields have the name {name!r}; names must differ")
    for of in fields:
        _known(of, names)
    return fields


def _known(of: Field, names: Sequence[str]) -> None:
    if of.valid_at and of.valid_at not in names:
        raise ValueError(f"field {of.name}: vn:validAt names {of.valid_at!r}, which is no field")


def _fields_match(value: Any) -> str:
    # The standard once showed this word inside a list.
    word = value[0] if isinstance(value, list) and len(value) == 1 else value
    return values.one_of(word, MATCHES, "fieldsMatch") if word else ""
