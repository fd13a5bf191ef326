"""The CSV reader: blocks of whole records, each parsed by pyarrow into columns of text.

`pyarrow.csv.open_csv` is not used: it dies on a record that is longer than its block, and swallows
the rest of the file behind a quotation mark that is never closed. Own blocks are exact in both.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from opendata.pipeline.readers.base import (
    UNDECODABLE,
    BrokenRow,
    Piece,
    Positions,
    TableSource,
    TextBatch,
)
from opendata.pipeline.readers.blank import without_blank
from opendata.pipeline.readers.blocks import blocks, delimiter_of
from opendata.pipeline.readers.wanted import Wanted, is_trusted

_NO_TEXT = UNDECODABLE.encode()
_PIECE = 1 << 16
_COLUMN = re.compile(r"In CSV column #(\d+)")


def read_csv(source: TableSource) -> Iterator[TextBatch]:
    """Yield the rows of a UTF-8 CSV file; ragged and undecodable rows come as broken rows."""
    for piece in pieces(source, Wanted()):
        batch = piece()
        if batch.count:
            yield batch


def pieces(source: TableSource, wanted: Wanted) -> Iterator[Piece]:
    """Yield the blocks of the file; called, each parses itself, to `wanted` types where it can."""
    for block in blocks(source):
        yield partial(_batch, block, source, wanted)


def _batch(block: bytes, source: TableSource, wanted: Wanted) -> TextBatch:
    if _is_suspect(block):
        return without_blank(_without_undecodable(_parse(block, source, {})))
    return without_blank(_typed(block, source, wanted))


def _typed(block: bytes, source: TableSource, wanted: Wanted) -> TextBatch:
    types = wanted.types(block)
    while types:
        try:
            batch = _parse(block, source, types)
        except pa.ArrowInvalid as err:
            failed = _failed_columns(err, types)
        else:
            failed = [index for index in types if not is_trusted(batch.columns[index])]
            if not failed:
                return replace(batch, reread=partial(_reread, block, source, batch))
        wanted.give_up(failed)
        types = {index: kind for index, kind in types.items() if index not in failed}
    return _parse(block, source, {})


def _failed_columns(error: pa.ArrowInvalid, types: dict[int, pa.DataType]) -> list[int]:
    """Return the column that the parser names, or all where it names none."""
    found = _COLUMN.search(str(error))
    return [int(found[1])] if found and int(found[1]) in types else list(types)


def _reread(
    block: bytes, source: TableSource, batch: TextBatch, positions: Positions
) -> Sequence[pa.Array]:
    """Return rows of a block as text: of their lines alone where lines are records."""
    numbers = batch.rows[positions] - 1
    lines = _lines(block, batch.count)
    if lines is None:
        whole = _parse(block, source, {})
        return [column.take(pa.array(positions)) for column in whole.columns]
    few = b"".join(block[lines[number] : lines[number + 1]] for number in numbers.tolist())
    return _parse(few, source, {}).columns


def _lines(block: bytes, count: int) -> npt.NDArray[np.intp] | None:
    """Return where each line starts, and the end; None where a line may not be one of `count`
    records. Empty lines and line ends in quotes make more lines than records, never fewer."""
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return None
    view = np.frombuffer(block, np.uint8)
    # In small pieces: arrays of megabytes cost more to allocate than to fill.
    found = [
        start + np.flatnonzero(view[start : start + _PIECE] == ord("\n")) + 1
        for start in range(0, len(view), _PIECE)
    ]
    ends = np.concatenate(found)
    if not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    return np.concatenate([[0], ends]) if len(ends) == count else None


def _parse(block: bytes, source: TableSource, types: dict[int, pa.DataType]) -> TextBatch:
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
            column_types={name: types.get(int(name), pa.string()) for name in names},
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
    count = table.num_rows + len(ragged)
    numbers = np.delete(np.arange(1, count + 1), [row.row - 1 for row in ragged])
    columns = tuple(_whole(table.column(name)) for name in names)
    return TextBatch(columns=columns, rows=numbers, count=count, broken=tuple(ragged))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _cells(line: str, delimiter: str) -> tuple[str | None, ...]:
    try:
        rows = list(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        # A cell beyond the limit of the csv module: the line is kept as it stands.
        return (_readable(line),)
    return tuple(_readable(cell) or None for cell in rows[0]) if rows else ()


def _is_suspect(block: bytes) -> bool:
    # One byte is found far sooner than three.
    return b"\0" in block or (_NO_TEXT[:1] in block and _NO_TEXT in block)


def _without_undecodable(batch: TextBatch) -> TextBatch:
    """Set aside rows that hold a NUL or bytes that the encoding could not read."""
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
