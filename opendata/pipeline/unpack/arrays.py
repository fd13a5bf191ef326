"""Arrays of Arrow made from their bytes.

`pa.array` loads pandas once where it is installed, which takes a child longer than most files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def texts(values: Sequence[str]) -> pa.StringArray:
    """Return a column of texts."""
    encoded = list(map(str.encode, values))
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, encoded), np.int32, len(values)), out=offsets[1:])
    data = pa.py_buffer(b"".join(encoded))
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets), data)


def empty_as_null(column: pa.StringArray) -> pa.StringArray:
    """Return the column with null in place of each empty text."""
    count, start = len(column), column.offset
    _, offsets, data = column.buffers()
    lengths = np.diff(np.frombuffer(offsets, np.int32, count + 1, start * 4))
    is_filled = (lengths > 0) & valid(column)
    if is_filled.all():
        return column
    # Bits are counted from the beginning of the buffers, as the offsets are.
    bits = _bits(np.concatenate([np.zeros(start, bool), is_filled]))
    return pa.StringArray.from_buffers(count, offsets, data, bits, offset=start)


def nan_as_null(column: pa.Array) -> pa.Array:
    """Return a column of float32 or float64 with null in place of NaN."""
    of = np.float32 if pa.types.is_float32(column.type) else np.float64
    start = column.offset * np.dtype(of).itemsize
    values = np.frombuffer(column.buffers()[1], of, len(column), start)
    is_number = valid(column) & ~np.isnan(values)
    return pa.Array.from_buffers(
        column.type, len(column), [_bits(is_number), pa.py_buffer(np.ascontiguousarray(values))]
    )


def valid(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Return which values of a column are not null."""
    bits, start = column.buffers()[0], column.offset
    if bits is None:
        return np.ones(len(column), bool)
    flags = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")
    return flags[start : start + len(column)].astype(bool)


def numbers(values: npt.NDArray[Any], is_valid: npt.NDArray[np.bool_]) -> pa.Array:
    """Return a column of int64 or float64."""
    of = pa.int64() if values.dtype == np.int64 else pa.float64()
    return pa.Array.from_buffers(of, len(values), [_bits(is_valid), pa.py_buffer(values)])


def mask(values: npt.NDArray[np.bool_]) -> pa.BooleanArray:
    """Return a column of booleans."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def _bits(values: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
