"""Rows of a CSV file that hold delimiters and nothing else: they are no rows, as in a spreadsheet.

Exports leave them by the hundred behind the last row. They keep their numbers, so that the rows
that follow are found where messages say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.pipeline.readers.base import Positions, TextBatch

Reread = Callable[[Positions], Sequence[pa.Array]]


def without_blank(batch: TextBatch) -> TextBatch:
    """Return the batch without rows that have no value in any of several columns."""
    if len(batch.columns) < 2 or not all(column.null_count for column in batch.columns):
        return batch
    blank = np.logical_and.reduce([_is_null(column) for column in batch.columns])
    kept = np.flatnonzero(~blank)
    if len(kept) == len(blank):
        return batch
    return replace(
        batch,
        columns=tuple(column.take(pa.array(kept)) for column in batch.columns),
        rows=batch.rows[kept],
        reread=_of_kept(batch.reread, kept) if batch.reread else None,
    )


def _is_null(column: pa.Array) -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = column.is_null().to_numpy(zero_copy_only=False)
    return mask


def _of_kept(reread: Reread, kept: Positions) -> Reread:
    return lambda positions: reread(kept[positions])
