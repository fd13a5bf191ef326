"""The readers by format: what `detect` calls a file decides who reads it. README.md: how to add."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from opendata.pipeline.readers import csv
from opendata.pipeline.readers.base import Piece, Reader, TableSource, TextBatch
from opendata.pipeline.readers.wanted import Wanted
from opendata.pipeline.readers.xlsx import read_xlsx

READERS: dict[str, Reader] = {"csv": csv.read_csv, "xlsx": read_xlsx}

# Readers that hand out parts of a file to be parsed in several threads.
IN_PIECES: dict[str, Callable[[TableSource, Wanted], Iterator[Piece]]] = {"csv": csv.pieces}


def pieces(source: TableSource, wanted: Wanted) -> Iterator[Piece]:
    """Yield the parts of a table in its order; a reader that knows no parts reads as it goes."""
    of_reader = IN_PIECES.get(source.table.reader)
    if of_reader:
        yield from of_reader(source, wanted)
        return
    for batch in READERS[source.table.reader](source):
        yield _ready(batch)


def _ready(batch: TextBatch) -> Piece:
    return lambda: batch
