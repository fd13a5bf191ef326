"""What the search document of a dataset tells of the columns of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from opendata.models import TableBuild
from opendata.search import columns

# What two tables can be joined by. Running numbers are in every table and join nothing.
_KEY_ROLES = frozenset({"area-code", "identifier", "indicator"})
_RUNNING = frozenset({"id", "stt", "uuid", "tt", "so_thu_tu"})
LIST_KEY = "list:"


def told(tables: Sequence[TableBuild]) -> dict[str, list[str]]:
    """Return the search keys columns, column_words, column, unit, code_list and key."""
    found = [column for table in tables for column in table.columns]
    return {
        "columns": _each(column["header"] for column in found),
        "column_words": _each(_words(found)),
        "column": _each(name for column in found for name in _names(column)),
        "unit": _each(column.get("unit") for column in found),
        "code_list": _each(column.get("codelist") for column in found),
        "key": _each(map(key, found)),
    }


def key(column: dict[str, Any]) -> str:
    """Return what a column shares with those it can be joined with: its code list, else its name
    where its role is that of a key; empty for any other column."""
    if column.get("codelist"):
        return f"{LIST_KEY}{column['codelist']}"
    name = columns.key(column["name"])
    return name if column.get("role") in _KEY_ROLES and name not in _RUNNING else ""


def _names(column: dict[str, Any]) -> set[str]:
    return {columns.key(column[name]) for name in ("name", "header")}


def _words(found: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Return names and titles that say more than the header does."""
    for column in found:
        known = {columns.key(column["header"])}
        for text in (column["name"], column.get("title") or "", column.get("unit") or ""):
            if columns.key(text) not in known:
                known.add(columns.key(text))
                yield text


def _each(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})
