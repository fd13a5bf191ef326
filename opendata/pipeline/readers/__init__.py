"""The readers: how a table lies in its file decides who reads it. README.md: how to add."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from opendata.pipeline.readers import csv, tail
from opendata.pipeline.readers.arrow import read_arrow
from opendata.pipeline.readers.base import Piece, Reader, TableSource, TextBatch
from opendata.pipeline.readers.wanted import Wanted

READERS: dict[str, Reader] = {"csv": csv.read_csv, "arrow": read_arrow}

# Readers that hand out parts of a file to be parsed in several threads.
IN_PIECES: dict[str, Callable[[TableSource, Wanted], Iterator[Piece]]] = {"csv": csv.pieces}


def pieces(source: TableSource, wanted: Wanted) -> Iterator[Piece]:
    """Return the parts of a table in its order; a reader that knows no parts reads as it goes."""
    reader = source.table.reader
    of_reader = IN_PIECES.get(reader)
    parts = of_reader(source, wanted) if of_reader else map(_ready, READERS[reader](source))
    return tail.without_last(parts, source.table.skip_last)


def _ready(batch: TextBatch) -> Piece:
    return lambda: batch
