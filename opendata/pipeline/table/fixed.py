"""Columns whose texts are all of one width, seen as a matrix of bytes: dates, months, quarters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.pipeline.table.octets import Positions, octets

Bytes = npt.NDArray[np.uint8]


def cells(text: pa.StringArray, width: int) -> Bytes | None:
    """Return the texts as (texts that are not null) × `width` bytes; None if any is not so wide."""
    if text.null_count == len(text):
        return None
    data, ends = octets(text)
    if len(data) != (len(text) - text.null_count) * width:
        return None
    lengths = np.diff(ends)
    # The sum is right: where none is longer, and none but the nulls shorter, all are so wide.
    if lengths.max() != width or (text.null_count and not _are_whole(lengths, width)):
        return None
    return data.reshape(-1, width)


def _are_whole(lengths: Positions, width: int) -> bool:
    return bool(((lengths == width) | (lengths == 0)).all())


def texts(like: pa.StringArray, matrix: Bytes) -> pa.StringArray:
    """Return the rows of `matrix` as texts, null where `like`, which `cells` took apart, is."""
    length, skipped = len(like), like.offset
    old = np.frombuffer(like.buffers()[1], np.int32, skipped + length + 1)
    width, offsets = (old[-1] - old[skipped]) // len(matrix), like.buffers()[1]
    if old[skipped] or width != matrix.shape[1]:
        new = np.maximum(old - old[skipped], 0) // width * matrix.shape[1]
        offsets = pa.py_buffer(new.astype(np.int32))
    buffers = [like.buffers()[0], offsets, pa.py_buffer(np.ascontiguousarray(matrix))]
    return pa.Array.from_buffers(pa.string(), length, buffers, like.null_count, skipped)


def are_digits(matrix: Bytes, columns: list[int]) -> bool:
    """Say whether all of these columns hold digits only."""
    part = matrix[:, columns]
    return bool(((part >= ord("0")) & (part <= ord("9"))).all())
