"""What readers hand out: batches of text with row numbers, whatever the format of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.config import Tables
from opendata.pipeline.tables import TableShape

# Stands in a transcoded copy where bytes had no meaning: a noncharacter, which no text holds.
UNDECODABLE = "\ufdd0"


@dataclass(frozen=True)
class TableSource:
    """One table to read, the bounds, and what messages call the file."""

    table: TableShape
    limits: Tables
    where: str


@dataclass(frozen=True)
class BrokenRow:
    """A row that never becomes cells of the table; `row` counts from 1 within its batch."""

    row: int
    code: str
    cells: tuple[str | None, ...]
    column: int | None = None
    value: str = ""


@dataclass(frozen=True)
class EmptiedCell:
    """A cell that the file marks as failed (`#DIV/0!`): read as empty, and told of."""

    row: int
    column: int
    value: str


Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class TextBatch:
    """Rows as text; empty is null. Whole, broken and blank rows = `count` rows of the file.

    A column that the table wanted typed may come typed (`wanted.py`): then `columns` holds its
    values, and `cells` finds the text of the few rows that somebody asks for.
    """

    columns: tuple[pa.Array, ...]
    rows: npt.NDArray[np.int64]  # number of each whole row within this batch, from 1
    count: int
    broken: tuple[BrokenRow, ...] = ()
    emptied: tuple[EmptiedCell, ...] = ()
    # Reads the text of whole rows again, where columns are typed.
    reread: Callable[[Positions], Sequence[pa.Array]] | None = None

    @property
    def blank(self) -> int:
        """How many rows have no value at all: they are numbered, and no rows of the table."""
        return self.count - len(self.rows) - len(self.broken)

    def cells(self, positions: Positions) -> list[tuple[str | None, ...]]:
        """Return the text of the whole rows at these positions, ascending, counted from 0."""
        if not len(positions):
            return []
        if self.reread:
            columns = self.reread(positions)
        else:
            columns = [column.take(pa.array(positions)) for column in self.columns]
        return list(zip(*(column.to_pylist() for column in columns), strict=True))


Reader = Callable[[TableSource], Iterator[TextBatch]]
# A part of a file that is not parsed yet: calling it, in any thread, gives its rows.
Piece = Callable[[], TextBatch]
