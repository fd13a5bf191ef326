"""What time and what areas a table covers, as far as its columns say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from opendata.pipeline.tables import Column

_PERIODS = frozenset({"yearmonth", "quarter"})
_AREAS = ("area-code", "area-name")


def periods(columns: Sequence[Column]) -> Collection[str]:
    """Return the text columns whose order is that of time."""
    return {column.name for column in columns if column.type in _PERIODS}


def coverage(columns: Sequence[Column], facts: dict[str, Any]) -> dict[str, Any]:
    """Return {period: {column, from, to}, area: {column, distinct}} as far as there is one."""
    by_name = {found["name"]: found for found in facts["columns"]}
    found: dict[str, Any] = {}
    for column in columns:
        known = by_name[column.name]
        if column.role == "period" and "min" in known:
            span = {"column": column.name, "from": known["min"], "to": known["max"]}
            found.setdefault("period", span)
    for role in _AREAS:
        for column in columns:
            if column.role == role:
                area = {"column": column.name, "distinct": by_name[column.name]["distinct"]}
                found.setdefault("area", area)
    return found
