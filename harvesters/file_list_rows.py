"""The rows of one dataset in a file list as a record: the first word counts, nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from harvesters import fields, mapping
from harvesters.fields import Fields
from opendata.records import (
    Contact,
    Distribution,
    Period,
    Problem,
    PublisherName,
    RejectedRecord,
    SourceRecord,
    Text,
    clean_text,
)

REQUIRED = ("dataset_id", "title", "file_url")
_OF_DATASET = (
    *("title", "title_en", "description", "description_en", "publisher", "publisher_code"),
    *("licence", "frequency", "themes", "keywords", "areas", "period_start", "period_end"),
    *("issued", "modified", "contact_name", "contact_email", "landing_page"),
    *("provenance", "provenance_en"),
)
_OF_FILE = ("file_id", "file_name", "file_description", "file_url", "format", "schema")
COLUMNS = ("dataset_id", *_OF_DATASET, *_OF_FILE)


@dataclass(frozen=True)
class Row:
    """One line of the list; `number` counts like a spreadsheet does, with the header as row 1."""

    number: int
    values: dict[str, str]
    is_wrong_width: bool


def read(
    upstream_id: str, rows: list[Row], *, base: str, lost: list[str]
) -> SourceRecord | RejectedRecord:
    """Turn the rows of one dataset into a record; `base` is what relative addresses start from."""
    raw = mapping.as_bytes([row.values for row in rows])
    problems: list[Problem] = []
    values, contradicted = _first_told(rows)
    dataset = Fields(values, problems, row=rows[0].number)
    if not clean_text(rows[0].values["dataset_id"]):
        dataset.problem("missing-id", "dataset_id")
    if not dataset.text("title"):
        dataset.problem("missing-title", "title")
    if problems:
        return RejectedRecord(upstream_id, raw, tuple(problems))
    return _record(
        upstream_id,
        dataset,
        raw=raw,
        distributions=_distributions(rows, problems, base),
        problems=problems,
        lost=mapping.short([*lost, *contradicted]),
    )


def _first_told(rows: list[Row]) -> tuple[dict[str, str], list[str]]:
    """Return what is said of the dataset first, column by column, and what contradicts it."""
    told: dict[str, str] = {}
    contradicted: list[str] = []
    for row in rows:
        for column in _OF_DATASET:
            value = clean_text(row.values.get(column))
            if value and told.setdefault(column, value) != value:
                contradicted.append(f"{column} of row {row.number}")
    return told, contradicted


def _record(
    upstream_id: str,
    dataset: Fields,
    *,
    raw: bytes,
    distributions: tuple[Distribution, ...],
    problems: list[Problem],
    lost: tuple[str, ...],
) -> SourceRecord:
    name, code = dataset.text("publisher"), dataset.text("publisher_code")
    start, end = dataset.date("period_start"), dataset.date("period_end")
    contact, email = dataset.text("contact_name"), dataset.text("contact_email")
    return SourceRecord(
        upstream_id=upstream_id,
        title=_by_language(dataset, "title"),
        raw=raw,
        notes=_by_language(dataset, "description"),
        publisher=PublisherName(name=name or code, code=code) if name or code else None,
        keywords=_parts(dataset, "keywords"),
        themes=_parts(dataset, "themes"),
        licence=dataset.text("licence"),
        frequency=dataset.text("frequency"),
        landing_page=dataset.url("landing_page"),
        areas=_parts(dataset, "areas"),
        period=Period(start, end) if start or end else None,
        issued=dataset.date("issued"),
        modified=dataset.moment("modified"),
        contact=Contact(name=contact, email=email) if contact or email else None,
        provenance=_by_language(dataset, "provenance"),
        distributions=distributions,
        lost=lost,
        problems=tuple(problems),  # last: what stands above notes them
    )


def _by_language(dataset: Fields, name: str) -> Text:
    told = {"vi": dataset.text(name), "en": dataset.text(f"{name}_en")}
    return {language: text for language, text in told.items() if text}


def _parts(dataset: Fields, name: str) -> tuple[str, ...]:
    parts = (part.strip() for part in dataset.text(name).split("|"))
    return tuple(dict.fromkeys(part for part in parts if part))


def _distributions(rows: list[Row], problems: list[Problem], base: str) -> tuple[Distribution, ...]:
    found: list[tuple[Distribution, Fields]] = []
    for row in rows:
        file = Fields(row.values, problems, row=row.number)
        if row.is_wrong_width:
            file.problem("row-width", "")
        if url := _url(file, base):
            found.append((_distribution(file, url), file))
    return fields.distinct(found, id_field="file_id")


def _url(file: Fields, base: str) -> str:
    told = file.text("file_url")
    if not told:
        file.problem("required", "file_url")
        return ""
    try:
        url = urljoin(base, told)
    except ValueError:
        url = ""
    if not mapping.is_web_url(url):
        file.problem("bad-url", "file_url", told)
        return ""
    return url


def _distribution(file: Fields, url: str) -> Distribution:
    schema = file.text("schema")
    if schema and not mapping.schema_name(schema):
        file.problem("unknown-schema", "schema", schema)
    return Distribution(
        url=url,
        upstream_id=file.text("file_id"),
        name=file.text("file_name"),
        description=file.text("file_description"),
        format=file.text("format").lower(),
        schema=mapping.schema_name(schema),
    )
