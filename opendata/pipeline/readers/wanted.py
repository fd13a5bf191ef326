"""Types that a reader may parse cells to at once, without making text of them first.

Clean columns of numbers and dates then never exist as text. It is an attempt: a column of a block
that does not parse, or holds what the casts refuse though Arrow's parser takes it, comes as text,
and the casts judge it cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FIRST_DAY = -719_162  # 1 January of the year 1, in days before 1970
_DAY = 86_400_000_000  # microseconds
_PIECE = 1 << 16


class Wanted:
    """The wanted types by position of the column; shared by the threads that parse one table."""

    def __init__(self, types: Mapping[int, pa.DataType] | None = None) -> None:
        self._types = dict(types or {})

    def types(self, block: bytes) -> dict[int, pa.DataType]:
        """Return what to try on a block."""
        types = dict(self._types)
        if any(map(pa.types.is_integer, types.values())) and _may_hold_hexadecimal(block):
            return {index: kind for index, kind in types.items() if not pa.types.is_integer(kind)}
        return types

    def give_up(self, columns: Iterable[int]) -> None:
        """Read these columns as text from now on: where one cell is bad, others are.

        Other threads may see it a block later, which costs time and changes no value.
        """
        for column in columns:
            self._types.pop(column, None)


def is_trusted(values: pa.Array) -> bool:
    """Say whether a parsed column holds nothing that a cast refuses: nan, inf or a year 0."""
    if pa.types.is_floating(values.type):
        return bool(np.isfinite(pc.sum(values).as_py() or 0.0))
    if pa.types.is_date32(values.type) or pa.types.is_timestamp(values.type):
        number = pa.int32() if pa.types.is_date32(values.type) else pa.int64()
        first = pc.min(values.view(number)).as_py()
        unit = 1 if number == pa.int32() else _DAY
        return first is None or first >= _FIRST_DAY * unit
    return True


def _may_hold_hexadecimal(block: bytes) -> bool:
    """Arrow reads 0x1F as a whole number; a block that holds 0x anywhere is not tried."""
    view = np.frombuffer(block, np.uint8)
    # In small pieces: arrays of megabytes cost more to allocate than to fill.
    for start in range(0, len(view), _PIECE):
        piece = view[start : start + _PIECE + 1]
        if ((piece[:-1] == ord("0")) & ((piece[1:] | 0x20) == ord("x"))).any():
            return True
    return False
