"""What a resource promises to its readers: tables, columns and types; and how a build differs.

The promise is that of the published schema, else of the build that is public. What only adds is
flagged; what takes away or changes is held until a person accepts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from opendata.pipeline.table.expected import WIDER
from opendata.pipeline.tables import BuiltTable, Change, Column

#: For each table, {name, type, format, options} of each column, in order.
Contract = Mapping[str, Sequence[Mapping[str, Any]]]

# How alike two names are that may be one column renamed, as difflib counts.
_CLOSE = 0.75


def contract_of(tables: Sequence[BuiltTable]) -> dict[str, list[dict[str, Any]]]:
    """Return what a build promises to later ones: per table its columns and their types."""
    return {table.name: [_promise(column) for column in table.columns] for table in tables}


def _promise(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "format": column.format,
        "options": dict(column.options),
    }


def difference(promised: Contract | None, tables: Sequence[BuiltTable]) -> tuple[Change, ...]:
    """Return what is other than promised, table by table; nothing without a promise."""
    if promised is None:
        return ()
    now = {table.name: table for table in tables}
    return (
        *(Change("table-gone", name) for name in promised if name not in now),
        *(
            change
            for name, table in now.items()
            for change in _of_table(name, promised.get(name), table.columns)
        ),
    )


def _of_table(
    name: str, promised: Sequence[Mapping[str, Any]] | None, columns: Sequence[Column]
) -> Iterator[Change]:
    if promised is None:
        yield Change("table-added", name)
        return
    before = {column["name"]: column["type"] for column in promised}
    now = {column.name: column.type for column in columns}
    gone = [column for column in before if column not in now]
    added = [column for column in now if column not in before]
    for column in gone:
        successor = next(iter(get_close_matches(column, added, 1, _CLOSE)), "")
        if successor:
            added.remove(successor)
            yield Change("column-renamed", name, column, column, successor)
        else:
            yield Change("column-gone", name, column, before[column])
    yield from (Change("column-added", name, column, after=now[column]) for column in added)
    for column, kind in before.items():
        if column in now and now[column] != kind:
            change = "type-widened" if (kind, now[column]) in WIDER else "type-changed"
            yield Change(change, name, column, kind, now[column])
