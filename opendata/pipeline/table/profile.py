"""What the columns of a table hold, in figures: for pages, for the API, for who must decide.

    {rows, columns: [{name, nulls, distinct, is_distinct_exact, min, max, mean, deviation,
                      quantiles: [5, 25, 50, 75, 95 %], top: [[value, count] …],
                      histogram: {edges, counts}, lengths: {min, max, mean}}]}

`nulls` counts cells. `distinct` is exact up to `MOST_VALUES`, else within some per cent. `top` is
there where values repeat, `histogram` and `quantiles` for numbers, `lengths` (in characters) for
text. Quantiles of large tables are those of some `SAMPLE` rows: half a per cent of the rows off, at
most. Dates and times are ISO texts.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

Facts = dict[str, Any]

# Up to so many different values a column is counted value by value.
MOST_VALUES = 1_000
# Quantiles cost four times as much as all else that is asked of a number.
SAMPLE = 100_000
_TOP = 10
_BINS = 20
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_LONGEST_VALUE = 100  # characters of a value that is shown
_NUMBERS = frozenset({"BIGINT", "DOUBLE"})
_TEXT = "VARCHAR"


def place(number: int) -> str:
    """Return what the column at a place, from 0, is called in questions."""
    return f"c{number}"


def profile(
    source: duckdb.DuckDBPyRelation, names: Sequence[str], rows: int, *, periods: Collection[str]
) -> Facts:
    """Return the profile of a table whose columns are called by their places; `periods` names
    text columns whose order is that of time.

    In a small table all values are counted in the first scan: a question costs more than a scan.
    """
    by_place = {place(number): name for number, name in enumerate(names)}
    types = dict(zip(source.columns, map(str, source.types), strict=True))
    kinds = {column: types[column] for column in by_place}
    ordered = {column for column, name in by_place.items() if name in periods}
    facts = _facts(source, kinds, ordered, rows)
    few = [c for c in kinds if "values" not in facts[c] and facts[c]["distinct"] <= MOST_VALUES]
    for column, values in _values(source, few).items():
        facts[column]["values"] = values
    many = {c: facts[c] for c in kinds if "values" not in facts[c]}
    spread = {c: found for c, found in many.items() if _is_spread(kinds[c], found)}
    for column, histogram in _histograms(source, spread).items():
        facts[column]["histogram"] = histogram
    told = {c: _with_values(facts[c], kinds[c]) for c in kinds}
    return {"rows": rows, "columns": [{"name": by_place[c], **told[c]} for c in kinds]}


def _facts(
    source: duckdb.DuckDBPyRelation, kinds: Mapping[str, str], periods: Collection[str], rows: int
) -> dict[str, Facts]:
    asked = [
        question
        for name, kind in kinds.items()
        for question in _questions(name, kind, rows, is_ordered=kind != _TEXT or name in periods)
    ]
    if rows <= MOST_VALUES:
        asked += [(name, "values", f"histogram({name})") for name in kinds]
    answers = _ask(source, [expression for _, _, expression in asked])
    facts: dict[str, Facts] = {name: {} for name in kinds}
    for (name, fact, _), answer in zip(asked, answers, strict=True):
        # No value at all is told as null, not as an empty map.
        facts[name][fact] = answer or {} if fact == "values" else _plain(answer)
    return {name: _tidied(found, rows) for name, found in facts.items()}


def _questions(
    name: str, kind: str, rows: int, *, is_ordered: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield (column, fact, SQL) of what one scan can answer."""
    yield name, "filled", f"count({name})"
    yield name, "distinct", f"approx_count_distinct({name})"
    if is_ordered and kind != "BOOLEAN":
        yield name, "min", f"min({name})"
        yield name, "max", f"max({name})"
    if kind in _NUMBERS:
        yield name, "mean", f"avg({name})"
        yield name, "deviation", f"stddev_samp({name})"
        yield name, "quantiles", f"approx_quantile({name}, {list(_QUANTILES)}){_sample(rows)}"
    if kind == _TEXT:
        length = f"length({name})"
        yield name, "lengths", f"[min({length}), max({length}), round(avg({length}), 1)]"


def _sample(rows: int) -> str:
    """Choose rows by a hash of their place: tables have periods, and each n-th row may be of one.

    The same table has the same sample.
    """
    every = rows // SAMPLE
    return f" FILTER (hash(place) % {every} = 0)" if every > 1 else ""


def _tidied(facts: Facts, rows: int) -> Facts:
    filled = facts.pop("filled")
    tidy: Facts = {"nulls": rows - filled, "distinct": 0, "is_distinct_exact": False}
    tidy.update({name: value for name, value in facts.items() if value is not None})
    # An estimate may be more than there are.
    tidy["distinct"] = min(tidy["distinct"], filled)
    if "lengths" in tidy:
        least, most, mean = tidy["lengths"]
        tidy["lengths"] = {"min": int(least), "max": int(most), "mean": mean}
    return tidy


def _values(source: duckdb.DuckDBPyRelation, names: Sequence[str]) -> dict[str, Mapping[Any, int]]:
    """Count value by value where there are few."""
    if not names:
        return {}
    answers = _ask(source, [f"histogram({name})" for name in names])
    return {name: answer or {} for name, answer in zip(names, answers, strict=True)}


def _with_values(facts: Facts, kind: str) -> Facts:
    """Return the facts with what its values say, where they were counted one by one."""
    counts: Mapping[Any, int] | None = facts.pop("values", None)
    if counts is None:
        return facts
    facts |= {"distinct": len(counts), "is_distinct_exact": True}
    if _is_spread(kind, facts):
        facts["histogram"] = _histogram(counts, _edges(facts["min"], facts["max"]))
    if any(count > 1 for count in counts.values()):
        # Of equals the smaller value first, so that the same table has the same profile.
        often = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:_TOP]
        facts["top"] = [[_shown(value), count] for value, count in often]
    return facts


def _is_spread(kind: str, facts: Facts) -> bool:
    return kind in _NUMBERS and facts["distinct"] > 1 and math.isfinite(facts["max"] - facts["min"])


def _histograms(source: duckdb.DuckDBPyRelation, columns: Mapping[str, Facts]) -> dict[str, Facts]:
    if not columns:
        return {}
    edges = {name: _edges(facts["min"], facts["max"]) for name, facts in columns.items()}
    asked = [f"histogram({name}::DOUBLE, {bounds[1:]}::DOUBLE[])" for name, bounds in edges.items()]
    answers = _ask(source, asked)
    return {
        name: {"edges": bounds, "counts": [found.get(edge, 0) for edge in bounds[1:]]}
        for (name, bounds), found in zip(edges.items(), answers, strict=True)
    }


def _histogram(values: Mapping[float, int], edges: list[float]) -> Facts:
    """Count values, each with how often it stands, between edges; a bin has its upper edge."""
    counts = [0] * _BINS
    for value, count in values.items():
        counts[min(bisect_left(edges, value, 1) - 1, _BINS - 1)] += count
    return {"edges": edges, "counts": counts}


def _edges(low: float, high: float) -> list[float]:
    step = (high - low) / _BINS
    # The last edge is the largest value itself, whatever rounding has made of the sum.
    return [float(low + step * number) for number in range(_BINS)] + [float(high)]


def _ask(source: duckdb.DuckDBPyRelation, expressions: Sequence[str]) -> tuple[Any, ...]:
    """Answer some aggregates in one scan."""
    (row,) = source.aggregate(", ".join(expressions)).fetchall()
    return tuple(row)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return None if None in value else [_plain(item) for item in value]
    return _shown(value) if isinstance(value, datetime | date | time) else value


def _shown(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value[:_LONGEST_VALUE] if isinstance(value, str) else value
