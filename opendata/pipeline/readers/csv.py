"""The CSV reader: blocks of whole records, each parsed by pyarrow into columns of text.

`pyarrow.csv.open_csv` is not used: it dies on a record that is longer than its block, and swallows
the rest of the file behind a quotation mark that is never closed. Own blocks are exact in both.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from opendata.pipeline.readers.base import UNDECODABLE, BrokenRow, TableSource, TextBatch
from opendata.pipeline.readers.blocks import blocks, delimiter_of

_SUSPECTS = (b"\0", UNDECODABLE.encode())


def read_csv(source: TableSource) -> Iterator[TextBatch]:
    """Yield the rows of a UTF-8 CSV file; ragged and undecodable rows come as broken rows."""
    for block in blocks(source):
        batch = _parse(block, source)
        if batch.count:
            yield _without_undecodable(batch, block)


def _parse(block: bytes, source: TableSource) -> TextBatch:
    names = [str(number) for number in range(len(source.table.header))]
    ragged: list[BrokenRow] = []

    def set_aside(row: pa_csv.InvalidRow) -> str:
        cells = _cells(row.text, delimiter_of(source))
        ragged.append(BrokenRow(row=row.number, code="row-width", cells=cells))
        return "skip"

    table = pa_csv.read_csv(
        pa.BufferReader(block),
        # One thread: only then does the parser say the number of a ragged row.
        pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
        pa_csv.ParseOptions(
            delimiter=delimiter_of(source),
            newlines_in_values=True,
            invalid_row_handler=set_aside,
        ),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
    count = table.num_rows + len(ragged)
    numbers = np.delete(np.arange(1, count + 1), [row.row - 1 for row in ragged])
    columns = tuple(_whole(table.column(name)) for name in names)
    return TextBatch(columns=columns, rows=numbers, count=count, broken=tuple(ragged))


def _whole(column: pa.ChunkedArray) -> pa.StringArray:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _cells(line: str, delimiter: str) -> tuple[str | None, ...]:
    try:
        rows = list(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        # A cell beyond the limit of the csv module: the line is kept as it stands.
        return (_readable(line),)
    return tuple(_readable(cell) or None for cell in rows[0]) if rows else ()


def _without_undecodable(batch: TextBatch, block: bytes) -> TextBatch:
    """Set aside rows that hold a NUL or bytes that the encoding could not read."""
    if not any(suspect in block for suspect in _SUSPECTS):
        return batch
    broken = np.zeros(len(batch.rows), bool)
    where = np.zeros(len(batch.rows), np.int64)
    for number, column in reversed(list(enumerate(batch.columns))):
        hit = pc.match_substring_regex(column, f"\\x00|{UNDECODABLE}").fill_null(fill_value=False)
        mask = hit.to_numpy(zero_copy_only=False)
        where[mask] = number
        broken |= mask
    rows = [
        _undecodable(batch, int(position), int(where[position]))
        for position in np.flatnonzero(broken)
    ]
    keep = pa.array(~broken)
    return TextBatch(
        columns=tuple(column.filter(keep) for column in batch.columns),
        rows=batch.rows[~broken],
        count=batch.count,
        broken=(*batch.broken, *rows),
    )


def _undecodable(batch: TextBatch, position: int, column: int) -> BrokenRow:
    cells = tuple(_readable(values[position].as_py()) for values in batch.columns)
    return BrokenRow(
        row=int(batch.rows[position]),
        code="undecodable",
        cells=cells,
        column=column,
        value=cells[column] or "",
    )


def _readable(text: str | None) -> str | None:
    return text and text.replace(UNDECODABLE, "\ufffd").replace("\0", "\ufffd")
