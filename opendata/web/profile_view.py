"""What a table holds, in figures ready to be shown; see `pipeline.table.profile` for the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.web import formats

_COLUMNS = 50
_TOP = 5
_LONGEST = 60
_WIDTH, _HEIGHT = 120, 32  # of a histogram, in units of its own
_DIGITS = 6
_BY_DAY = frozenset({"date", "datetime"})


@dataclass(frozen=True)
class ColumnView:
    """One column: texts ready to be shown, empty where there is nothing to say."""

    name: str
    empty: str
    distinct: str
    is_distinct_exact: bool
    low: str
    high: str
    mean: str
    top: Sequence[tuple[str, str]]  # value and how often
    lengths: tuple[str, str] | None  # of texts, in characters: least and most
    bars: str  # the outline of a histogram, as the `d` of an SVG path in a box of 120 by 32


@dataclass(frozen=True)
class ProfileView:
    """The columns of a table; those behind a bound are left out and counted."""

    columns: Sequence[ColumnView]
    left_out: int
    period: tuple[str, str] | None
    areas: str


def make(
    profile: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], language: str
) -> ProfileView | None:
    """Return the view of a stored profile; None where a table has none."""
    if not profile.get("columns"):
        return None
    kinds = {column["name"]: column.get("type", "") for column in columns}
    known = profile["columns"]
    return ProfileView(
        columns=[_column(of, kinds.get(of["name"], ""), language) for of in known[:_COLUMNS]],
        left_out=max(0, len(known) - _COLUMNS),
        period=_period(profile, kinds, language),
        areas=formats.number(profile["area"]["distinct"], language) if "area" in profile else "",
    )


def _period(
    profile: Mapping[str, Any], kinds: Mapping[str, str], language: str
) -> tuple[str, str] | None:
    span = profile.get("period")
    if span is None:
        return None
    kind = kinds.get(span["column"], "")
    return _value(span["from"], kind, language), _value(span["to"], kind, language)


def _column(facts: Mapping[str, Any], kind: str, language: str) -> ColumnView:
    lengths = facts.get("lengths")
    return ColumnView(
        name=facts["name"],
        empty=formats.number(facts["nulls"], language),
        distinct=formats.number(facts["distinct"], language),
        is_distinct_exact=facts["is_distinct_exact"],
        low=_value(facts.get("min"), kind, language),
        high=_value(facts.get("max"), kind, language),
        mean="" if kind == "year" else _value(facts.get("mean"), kind, language),
        top=[
            (_value(value, kind, language), formats.number(count, language))
            for value, count in facts.get("top", ())[:_TOP]
        ],
        lengths=(
            (_number(lengths["min"], language), _number(lengths["max"], language))
            if lengths
            else None
        ),
        bars=outline(facts["histogram"]["counts"]) if "histogram" in facts else "",
    )


def _value(value: Any, kind: str, language: str) -> str:
    """Write a value as people here read it: days, numbers with their marks, years without."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if kind == "year" else _number(value, language)
    text = str(value)
    if kind in _BY_DAY:
        return formats.day(text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _number(value: float, language: str) -> str:
    if isinstance(value, float):
        value = float(f"{value:.{_DIGITS}g}")
        value = int(value) if value.is_integer() else value
    return formats.number(value, language)


def outline(counts: Sequence[int]) -> str:
    """Return one path around all bars; a bar that is not empty is never lower than one unit."""
    most = max(counts, default=0)
    if not most:
        return ""
    width = _WIDTH / len(counts)
    steps = [f"M0 {_HEIGHT}"]
    for number, count in enumerate(counts):
        height = max(1.0, _HEIGHT * count / most) if count else 0.0
        steps.append(f"V{_HEIGHT - height:.4g}H{width * (number + 1):.4g}")
    return "".join([*steps, f"V{_HEIGHT}Z"])
