"""What a sample publisher publishes: datasets with their files, before any protocol shapes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opendata.records import Period, Text

FIGURES = Path(__file__).parent / "figures"
INDICATOR_SCHEMA = "statistical-indicator"
UNIT_SCHEMA = "administrative-unit"

MEDIA_TYPES = {
    "CSV": "text/csv",
    "PDF": "application/pdf",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Agency:
    """Who publishes: identification code, names, and `slug`, its name in addresses."""

    code: str
    slug: str
    name: str
    name_en: str


@dataclass(frozen=True)
class File:
    """One file of a dataset; `name` is its file name, unique within the publisher."""

    name: str
    title: str
    description: str
    format: str
    body: bytes
    schema: str = ""


@dataclass(frozen=True)
class Publication:
    """One dataset as its publisher announces it; a date that was not announced is None."""

    id: str
    title: Text
    description: Text
    provenance: Text
    licence: str
    frequency: str
    themes: tuple[str, ...]
    keywords: tuple[str, ...]
    period: Period
    issued: date | None
    modified: date | None
    files: tuple[File, ...]
    landing_page: str = ""
    areas: tuple[str, ...] = ("VN",)


@dataclass(frozen=True)
class Publisher:
    """An agency and all that it publishes."""

    agency: Agency
    publications: tuple[Publication, ...]


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file in UTF-8, comma separated, one line a row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def figures(name: str) -> bytes:
    """Return the figures typed in `figures/NAME.csv`, as they are served."""
    return (FIGURES / f"{name}.csv").read_bytes()
