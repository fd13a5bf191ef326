"""What lies behind the last row of data is left out, whatever reads the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from opendata.pipeline.readers.base import Piece, TextBatch


def without_last(pieces: Iterator[Piece], skip_last: int) -> Iterator[Piece]:
    """Yield the parts of a table without its last `skip_last` rows.

    As many parts are held back, for each has a row at least; they are parsed only at the end.
    """
    held: deque[Piece] = deque()
    for piece in pieces:
        held.append(piece)
        if len(held) > skip_last:
            yield held.popleft()
    while skip_last and held:
        batch = held.pop()()
        if batch.count > skip_last:
            held.append(_ready(_first(batch, batch.count - skip_last)))
        skip_last = max(0, skip_last - batch.count)
    yield from held


def _first(batch: TextBatch, count: int) -> TextBatch:
    """Return the first rows of a batch. Positions stay as they are, so text is found again."""
    whole = int((batch.rows <= count).sum())
    return replace(
        batch,
        columns=tuple(column.slice(0, whole) for column in batch.columns),
        rows=batch.rows[:whole],
        count=count,
        broken=tuple(row for row in batch.broken if row.row <= count),
        emptied=tuple(cell for cell in batch.emptied if cell.row <= count),
    )


def _ready(batch: TextBatch) -> Piece:
    return lambda: batch
