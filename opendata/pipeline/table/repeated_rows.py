"""Rows that are equal to an earlier row in every column: told, and left where they are.

Without a key nobody but the publisher knows whether two equal rows are two things or one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opendata.pipeline.table.note import Note
from opendata.pipeline.table.profile import Facts, place

if TYPE_CHECKING:
    import duckdb

_SHOWN = 20
# An estimate of different values is off by some per cent.
_NEARLY_ALL = 0.9


def repeated_rows(source: duckdb.DuckDBPyRelation, facts: Facts) -> list[Note]:
    """Return a note of the rows that repeat; `source` has `place` beside the columns.

    Rows are compared by a hash of 64 bits: among ten million the odds of one wrong note are one
    in three hundred thousand.
    """
    if _has_unique_column(source, facts):
        return []
    names = ", ".join(place(number) for number in range(len(facts["columns"])))
    hashed = source.project(f"hash({names}) AS row_hash, place").set_alias("rows")
    groups = hashed.aggregate("row_hash, min(place) AS first, count(*) AS times", "row_hash")
    often = groups.filter("times > 1").set_alias("often")
    (count,) = often.aggregate("coalesce(sum(times - 1), 0)").fetchall()[0]
    if not count:
        return []
    again = hashed.join(often, "row_hash").filter("place > first").order("place").limit(_SHOWN)
    positions = tuple(int(row[0]) for row in again.project("place").fetchall())
    return [Note("duplicate-row", "", int(count), positions)]


def _has_unique_column(source: duckdb.DuckDBPyRelation, facts: Facts) -> bool:
    """A column without repeats says that no row repeats, and costs less to look at."""
    rows = int(facts["rows"])
    if any(c["is_distinct_exact"] and c["distinct"] == rows for c in facts["columns"]):
        return True
    likely = max(facts["columns"], key=lambda column: column["distinct"], default=None)
    if likely is None or likely["is_distinct_exact"] or likely["distinct"] < _NEARLY_ALL * rows:
        return rows < 2
    column = place(facts["columns"].index(likely))
    (different,) = source.aggregate(f"count(DISTINCT {column})").fetchall()[0]
    return int(different) == rows
