"""Counts of people by area that are so small that neighbours may know who is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opendata.pipeline.table.note import Note
from opendata.pipeline.table.profile import place
from opendata.pipeline.tables import Column

if TYPE_CHECKING:
    import duckdb

# Below five, statistical offices suppress or merge counts of people.
_SMALLEST = 5
_AREAS = ("area-code", "area-name")
_PEOPLE = re.compile(
    r"(^|_)(nguoi|ca_mac|ca_benh|so_ca|benh_nhan|hoc_sinh|hoc_vien|thi_sinh|tre_em|tu_vong|chet|sinh"
    r"|ly_hon|ket_hon|lao_dong|that_nghiep|ho_ngheo|persons?|people|cases|deaths|births|patients"
    r"|pupils|students)(_|$)"
)


def small_cells(source: duckdb.DuckDBPyRelation, columns: Sequence[Column]) -> list[Note]:
    """Return a note for each column of people counted by area that has counts from 1 to 4."""
    counted = {
        column.name: place(number)
        for number, column in enumerate(columns)
        if column.type == "integer" and _PEOPLE.search(column.alias)
    }
    if not counted or not any(column.role in _AREAS for column in columns):
        return []
    asked = [_small(column) for column in counted.values()]
    answers = source.aggregate(", ".join(asked)).fetchall()[0]
    rule = f"minimum: {_SMALLEST}"
    return [
        Note("small-cell", name, int(count), rule=rule)
        for name, count in zip(counted, answers, strict=True)
        if count
    ]


def _small(column: str) -> str:
    return f"count(*) FILTER ({column} BETWEEN 1 AND {_SMALLEST - 1})"
