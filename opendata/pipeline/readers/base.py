"""What readers hand out: batches of text with row numbers, whatever the format of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.config import Tables
from opendata.pipeline.state import TableShape

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


@dataclass(frozen=True)
class TextBatch:
    """Rows as text; empty is null. Whole rows + broken rows = `count` rows of the file."""

    columns: tuple[pa.StringArray, ...]
    rows: npt.NDArray[np.int64]  # number of each whole row within this batch, from 1
    count: int
    broken: tuple[BrokenRow, ...] = ()
    emptied: tuple[EmptiedCell, ...] = ()


Reader = Callable[[TableSource], Iterator[TextBatch]]
