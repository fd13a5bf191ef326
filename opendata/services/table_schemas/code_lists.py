"""The code lists in `schemas/codelists`: codes, and the days on which each of them is valid."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from opendata import bundled
from opendata.errors import NotFound


@dataclass(frozen=True)
class Entry:
    """A code with its first and last day; None where it has none. One code may have several."""

    code: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class CodeList:
    """One list; its codes stand in the first column of its file."""

    name: str
    title: dict[str, str]
    description: dict[str, str]
    entries: tuple[Entry, ...]
    path: Path  # NAME.csv, with its own schema NAME.schema.json beside it


def all_lists() -> tuple[CodeList, ...]:
    """Return every code list, by name."""
    return _read_all(bundled.path("schemas") / "codelists")


def find(name: str) -> CodeList:
    """Return a code list by its name; raise NotFound."""
    for found in all_lists():
        if found.name == name:
            return found
    known = ", ".join(found.name for found in all_lists())
    raise NotFound(f"There is no code list {name!r}; there are: {known}.")


def rows(found: CodeList) -> list[list[str]]:
    """Return the lines of a list as texts, its header first."""
    with found.path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


@cache
def _read_all(folder: Path) -> tuple[CodeList, ...]:
    return tuple(_read(path) for path in sorted(folder.glob("*.csv")))


def _read(path: Path) -> CodeList:
    about = json.loads(path.with_suffix(".schema.json").read_text(encoding="utf-8"))
    with path.open(encoding="utf-8", newline="") as lines:
        entries = tuple(_entry(row) for row in csv.DictReader(lines))
    return CodeList(path.stem, about["title"], about["description"], entries, path)


def _entry(row: dict[str, str]) -> Entry:
    code = next(iter(row.values()))
    return Entry(code, _day(row.get("valid_from", "")), _day(row.get("valid_to", "")))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
