"""Columns whose texts are all of one width, seen as a matrix of bytes: dates, months, quarters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]


def cells(text: pa.StringArray, width: int) -> Bytes | None:
    """Return the texts as (texts that are not null) × `width` bytes; None if any is not so wide."""
    if text.null_count == len(text):
        return None
    offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
    lengths = np.diff(offsets)
    filled = lengths == width
    if int(filled.sum()) != len(text) - text.null_count or lengths[~filled].any():
        return None
    data = np.frombuffer(text.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(-1, width)


def texts(like: pa.StringArray, matrix: Bytes) -> pa.StringArray:
    """Return the rows of `matrix` as texts, null where `like`, which `cells` took apart, is."""
    length, skipped = len(like), like.offset
    old = np.frombuffer(like.buffers()[1], np.int32, skipped + length + 1)
    width = (old[-1] - old[skipped]) // len(matrix)
    new = np.maximum(old - old[skipped], 0) // width * matrix.shape[1]
    data = np.ascontiguousarray(matrix)
    return pa.Array.from_buffers(
        pa.string(),
        length,
        [like.buffers()[0], pa.py_buffer(new.astype(np.int32)), pa.py_buffer(data)],
        like.null_count,
        skipped,
    )


def are_digits(matrix: Bytes, columns: list[int]) -> bool:
    """Say whether all of these columns hold digits only."""
    part = matrix[:, columns]
    return bool(((part >= ord("0")) & (part <= ord("9"))).all())
