"""What the search document of a dataset tells of the columns of its tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from opendata.errors import NotFound
from opendata.models import TableBuild
from opendata.search import columns
from opendata.services import table_schemas

# What two tables can be joined by. Running numbers are in every table and join nothing.
_KEY_ROLES = frozenset({"area-code", "identifier", "indicator"})
_RUNNING = frozenset({"id", "stt", "uuid", "tt", "so_thu_tu"})
# Of the key of a schema, codes join; periods and levels are in every table.
_CODES = re.compile(r"(.*_)?(code|id)|ma_.*")
LIST_KEY = "list:"


def told(tables: Sequence[TableBuild], schemas: Mapping[int, str]) -> dict[str, list[str]]:
    """Return the search keys columns, column_words, column, unit, code_list and key.

    `schemas` is the published schema of each build, as `Build.schema_version` names it.
    """
    found = [column for table in tables for column in table.columns]
    return {
        "columns": _each(column["header"] for column in found),
        "column_words": _each(_words(found)),
        "column": _each(name for column in found for name in _names(column)),
        "unit": _each(column.get("unit") for column in found),
        "code_list": _each(column.get("codelist") for column in found),
        "key": _each(
            key(column, schemas.get(table.build_id, ""))
            for table in tables
            for column in table.columns
        ),
    }


def key(column: dict[str, Any], schema: str = "") -> str:
    """Return what a column shares with those it can be joined with; empty for most columns.

    It is its code list, else its name: where its role, or the key of its schema, makes it a key. A
    name that says little (`code`) counts among tables of one schema only.
    """
    if column.get("codelist"):
        return f"{LIST_KEY}{column['codelist']}"
    name = columns.key(column["name"])
    if column.get("role") in _KEY_ROLES and name not in _RUNNING:
        return name
    if column["name"] in _schema_keys(schema) and _CODES.fullmatch(name):
        return name if "_" in name else f"{schema.split('/')[0]}:{name}"
    return ""


@cache
def _schema_keys(schema: str) -> Collection[str]:
    """Return the fields of a published schema that identify its rows or point to others."""
    try:
        found = table_schemas.find(schema) if schema else None
    except NotFound:
        found = None
    if found is None:
        return ()
    return {
        *found.primary_key,
        *(name for foreign in found.foreign_keys for name in foreign.fields),
    }


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
