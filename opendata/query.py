"""The read side of a published table: slices, and exports as a stream, straight from Parquet."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

_BATCH = 16_384
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Text that a spreadsheet would run as a formula, also behind white space; what is a number or a
# telephone as a whole (`-5`, `+84 24 …`) is left alone.
_FORMULA = r"\A(\s*[=@＝＠]|[\t\r\n]|\s*[+\-＋－])"
_NUMBER = r"\A[+-]?[0-9][0-9 .,()]*\z"


def first_rows(path: Path, count: int, *, columns: Sequence[str]) -> pa.Table:
    """Return the first `count` rows of some columns, decoding little more than them.

    A column may be asked for by its name or by its ASCII alias.
    """
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        names = [column_name(schema, asked) for asked in columns]
        batches = file.iter_batches(max(count, 1), columns=names, use_threads=False)
        wanted = pa.schema([schema.field(name) for name in names])
        return pa.Table.from_batches(list(itertools.islice(batches, 1)), wanted).slice(0, count)


def column_name(schema: pa.Schema, asked: str) -> str:
    """Return the name of the column that is called `asked` or has it as alias; raise KeyError."""
    if asked in schema.names:
        return asked
    for field in schema:
        if (field.metadata or {}).get(b"alias") == asked.encode():
            return str(field.name)
    raise KeyError(f"No column of this table is called {asked!r}; there are: {schema.names}.")


def slice_rows(path: Path, offsets: Sequence[int], start: int, count: int) -> pa.Table:
    """Return up to `count` rows from row `start` (from 0), reading only their row groups.

    `offsets` are the first rows of the row groups, as stored with the table.
    """
    with pq.ParquetFile(path) as file:
        total = file.metadata.num_rows
        first, end = max(0, start), min(total, max(0, start) + max(0, count))
        if first >= end:
            return file.schema_arrow.empty_table()
        low, high = bisect_right(offsets, first) - 1, bisect_right(offsets, end - 1)
        table = file.read_row_groups(list(range(low, high)), use_threads=False)
        return table.slice(first - offsets[low], end - first)


def iter_csv(path: Path, *, for_excel: bool = False) -> Iterator[bytes]:
    """Yield a table as CSV in UTF-8: column names, then rows; empty for null, dates ISO.

    `for_excel` is what a Vietnamese Excel opens with a double click: byte order mark, semicolons,
    decimal commas, and no text that it would run as a formula.
    """
    delimiter = ";" if for_excel else ","
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if for_excel:
            names = [_harmless(name) for name in names]
        begin = (_BYTE_ORDER_MARK if for_excel else b"") + _header(names, delimiter)
        for batch in file.iter_batches(_BATCH, use_threads=False):
            yield begin + _rows_as_csv(batch, delimiter, for_excel=for_excel)
            begin = b""
        if begin:
            yield begin


def iter_json(path: Path) -> Iterator[bytes]:
    """Yield a table as a JSON array of objects in UTF-8; dates ISO, never NaN."""
    before = b"[\n"
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH, use_threads=False):
            rows = pa.RecordBatch.from_arrays(
                [_without_nan(_plain(column)) for column in batch.columns], batch.schema.names
            ).to_pylist()
            if rows:
                yield before + b",\n".join(_as_json(row) for row in rows)
                before = b",\n"
    yield b"[\n]\n" if before == b"[\n" else b"\n]\n"


def _as_json(row: dict[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _harmless(text: str) -> str:
    return _for_excel(pa.array([text]))[0].as_py()  # type: ignore[no-any-return] # text, as given


def _header(names: Sequence[str], delimiter: str) -> bytes:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(names)
    return line.getvalue().encode()


def _rows_as_csv(batch: pa.RecordBatch, delimiter: str, *, for_excel: bool) -> bytes:
    columns = [_plain(column) for column in batch.columns]
    if for_excel:
        columns = [_for_excel(column) for column in columns]
    style = "needed"
    if len(columns) == 1:
        # An empty cell alone on its line would read as no row at all: it is written as "".
        columns, style = [columns[0].cast(pa.string()).fill_null("")], "all_valid"
    out = pa.BufferOutputStream()
    options = pa_csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style=style)
    pa_csv.write_csv(pa.RecordBatch.from_arrays(columns, batch.schema.names), out, options)
    return bytes(out.getvalue())


def _plain(column: pa.Array) -> pa.Array:
    """Return dates and times as ISO text, every other column as it is."""
    if pa.types.is_date(column.type):
        return column.cast(pa.string())
    if pa.types.is_time(column.type):
        # As below: fractions are shown where there are any.
        with contextlib.suppress(pa.ArrowInvalid):
            column = column.cast(pa.time32("s"))
        return column.cast(pa.string())
    if pa.types.is_timestamp(column.type):
        ending = "Z" if column.type.tz else ""
        naive = column.cast(pa.timestamp("us"))
        # Where fractions of a second are there, all are shown with them.
        with contextlib.suppress(pa.ArrowInvalid):
            naive = naive.cast(pa.timestamp("s"))
        return pc.strftime(naive, format=f"%Y-%m-%dT%H:%M:%S{ending}", locale="C")
    return column


def _without_nan(column: pa.Array) -> pa.Array:
    if not pa.types.is_floating(column.type):
        return column
    return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))


def _for_excel(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        return pc.replace_substring(column.cast(pa.string()), ".", ",")
    if pa.types.is_string(column.type):
        is_formula = pc.and_(
            pc.match_substring_regex(column, _FORMULA),
            pc.invert(pc.match_substring_regex(column, _NUMBER)),
        )
        return pc.if_else(is_formula, pc.binary_join_element_wise("'", column, ""), column)
    return column
