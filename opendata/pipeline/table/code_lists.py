"""Codes held against a code list: known at all, and valid at the day of the row.

The day may be a whole period (`2025`, `2025-07`, `2025-Q3`): a code that was valid on any day of
it will do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table.plan import Listed
from opendata.services.table_schemas import code_lists
from opendata.services.table_schemas.code_lists import CodeList

Days = npt.NDArray[np.int64]  # since 1970
Broken = Callable[[Sequence[pa.Array]], pa.BooleanArray]

_EVER = np.iinfo(np.int64).max
_PERIOD = (
    r"\A(?P<year>[0-9]{4})"
    r"(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>[0-9]{2}))?)?\z"
)


def checks(listed: Listed, places: Mapping[str, int]) -> list[tuple[str, Broken]]:
    """Return the checks of one column by code; `places` says where each column is."""
    found = code_lists.find(listed.code_list)
    place = places[listed.column]
    known = pa.array(dict.fromkeys(entry.code for entry in found.entries), pa.string())
    unknown = partial(_unknown, place=place, known=known)
    if not listed.valid_at:
        return [("code-list", unknown)]
    expired = partial(
        _expired,
        place=place,
        at=places[listed.valid_at],
        known=known,
        spans=_spans(found, known.to_pylist()),
    )
    return [("code-list", unknown), ("code-list-expired", expired)]


def _unknown(typed: Sequence[pa.Array], *, place: int, known: pa.StringArray) -> pa.BooleanArray:
    codes = typed[place].cast(pa.string())
    return pc.and_(codes.is_valid(), pc.invert(pc.is_in(codes, known, skip_nulls=True)))


def _expired(
    typed: Sequence[pa.Array],
    *,
    place: int,
    at: int,
    known: pa.StringArray,
    spans: tuple[Days, Days],
) -> pa.BooleanArray:
    index = pc.index_in(typed[place].cast(pa.string()), known)
    first, last = _period(typed[at])
    told = pc.and_(index.is_valid(), first.is_valid()).to_numpy(zero_copy_only=False)
    rows = index.fill_null(0).to_numpy()
    starts, ends = spans
    begin = first.fill_null(0).to_numpy()[:, None]
    end = last.fill_null(0).to_numpy()[:, None]
    valid = ((starts[rows] <= end) & (ends[rows] >= begin)).any(axis=1)
    return pa.array(told & ~valid)


def _spans(found: CodeList, known: Sequence[str]) -> tuple[Days, Days]:
    """Return first and last days, one row a code, as wide as the code with the most entries."""
    entries = [[e for e in found.entries if e.code == code] for code in known]
    shape = (len(known), max(map(len, entries), default=0))
    starts, ends = np.full(shape, _EVER), np.full(shape, -_EVER)
    for row, of in enumerate(entries):
        for column, entry in enumerate(of):
            starts[row, column] = _day(entry.valid_from, -_EVER)
            ends[row, column] = _day(entry.valid_to, _EVER)
    return starts, ends


def _day(day: object, default: int) -> int:
    return default if day is None else int(np.datetime64(str(day), "D").astype(np.int64))


def _period(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the first and the last day that each value means; null where it means none."""
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us")).cast(pa.date32(), safe=False)
    if pa.types.is_date(values.type):
        days = values.cast(pa.int32()).cast(pa.int64())
        return days, days
    return _written(values.cast(pa.string()))


def _written(texts: pa.StringArray) -> tuple[pa.Array, pa.Array]:
    parts = pc.extract_regex(texts, _PERIOD)
    told = parts.is_valid().to_numpy(zero_copy_only=False)
    year, quarter, month, day = (_part(parts, n) for n in ("year", "quarter", "month", "day"))
    length = np.where(month > 0, 1, np.where(quarter > 0, 3, 12))
    months = (year - 1970) * 12 + np.maximum(month - 1, 0) + np.maximum(quarter - 1, 0) * 3
    first = _first_day(months) + np.maximum(day - 1, 0)
    last = np.where(day > 0, first, _first_day(months + length) - 1)
    return pa.array(first, mask=~told), pa.array(last, mask=~told)


def _first_day(months: Days) -> Days:
    days: Days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days


def _part(parts: pa.StructArray, name: str) -> Days:
    text = pc.struct_field(parts, name)
    text = pc.if_else(pc.equal(text, ""), None, text).fill_null("0")
    numbers: Days = text.cast(pa.int64()).to_numpy()
    return numbers
