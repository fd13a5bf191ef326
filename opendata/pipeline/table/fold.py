"""A folded copy of the text columns of a table: small letters, no marks, `đ` as `d`.

Searching inside a table reads this instead of folding every cell with every question. It is a file
of its own, row for row beside the table: Parquet has no hidden columns. Columns that folding does
not change (codes, numbers as text) are left out; their own text serves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from opendata.pipeline.table.octets import octets
from opendata.pipeline.table.parquet import ROW_GROUP, TableWriter

Units = npt.NDArray[np.uint16]

_DROPPED = 0
_CAPITALS = 26
# Alphabets with marks and small letters end here; the scripts behind have neither.
_LAST_LETTER = 0x3000
# From here on UTF-8 takes four bytes and UTF-16 two units: emoji, rare scripts.
_FOUR_BYTES = 0xF0


def write_folded(table: Path, columns: Sequence[str], target: Path) -> Path | None:
    """Write the folded copy of these text columns of a table; None where there are none."""
    if not columns:
        return None
    with pq.ParquetFile(table) as file:
        repeating = _repeating(file, columns)
    schema = pa.schema([(name, pa.string()) for name in columns])
    read = pq.ParquetFile(table, read_dictionary=repeating)
    with read as file, TableWriter(target, schema) as out:
        for batch in file.iter_batches(ROW_GROUP, columns=list(columns), use_threads=False):
            folded = [fold(column) for column in batch.columns]
            out.write(pa.RecordBatch.from_arrays(folded, list(columns)))
    return target


def changing(batch: pa.RecordBatch, known: Collection[str] = ()) -> set[str]:
    """Return the text columns that folding would change; those `known` are not looked at."""
    fields = zip(batch.schema.names, batch.columns, strict=True)
    texts = (field for field in fields if field[0] not in known and _is_text(field[1]))
    return {name for name, column in texts if not _is_folded(column)}


def _is_text(column: pa.Array) -> bool:
    return bool(pa.types.is_string(column.type))


def _repeating(file: pq.ParquetFile, names: Sequence[str]) -> list[str]:
    """Return the columns that the writer found worth a dictionary."""
    if not file.num_row_groups:
        return []
    first = file.metadata.row_group(0)
    chunks = {first.column(i).path_in_schema: first.column(i) for i in range(first.num_columns)}
    return [name for name in names if chunks[name].has_dictionary_page]


def _is_folded(text: pa.StringArray) -> bool:
    data, _ = octets(text)
    if not len(data) or data.max() >= 0x80:
        return not len(data)
    # What lies before A wraps round to the largest numbers.
    return not bool((data - np.uint8(ord("A")) < _CAPITALS).any())


def fold(text: pa.Array) -> pa.StringArray:
    """Return the texts in small letters without marks; nulls stay.

    Of a column that comes as a dictionary each word is folded once.
    """
    if pa.types.is_dictionary(text.type):
        return fold(text.dictionary).take(text.indices)
    data, _ = octets(text)
    if not (data >= 0x80).any():
        return pc.ascii_lower(text)
    if (data >= _FOUR_BYTES).any():
        return pa.array([word and folded_word(word) for word in text.to_pylist()], pa.string())
    units = np.frombuffer(bytes(data).decode("utf-8").encode("utf-16-le"), np.uint16)
    return _rebuilt(text, _table()[units])


def folded_word(word: str) -> str:
    """Return one text as `fold` does a column."""
    units = np.frombuffer(word.encode("utf-16-le"), np.uint16)
    folded = _table()[units]
    return str(folded[folded != _DROPPED].tobytes(), "utf-16-le")


def _rebuilt(text: pa.StringArray, units: Units) -> pa.StringArray:
    """Cut the folded letters of a column where its texts begin."""
    lengths = pc.utf8_length(text).fill_null(0).to_numpy()
    starts = np.zeros(len(text) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    if (units != _DROPPED).all() and (units < 0x80).all():
        return _column(text, units.astype(np.uint8).tobytes(), starts)
    width = 1 + (units >= 0x80) + (units >= 0x800).astype(np.int64)
    ends = np.zeros(len(units) + 1, np.int64)
    np.cumsum(np.where(units == _DROPPED, 0, width), out=ends[1:])
    body = units[units != _DROPPED].tobytes().decode("utf-16-le").encode("utf-8")
    return _column(text, body, ends[starts])


def _column(text: pa.StringArray, body: bytes, starts: npt.NDArray[np.int64]) -> pa.StringArray:
    offsets = pa.py_buffer(starts.astype(np.int32))
    column = pa.StringArray.from_buffers(len(text), offsets, pa.py_buffer(body))
    if not text.null_count:
        return column
    return pc.if_else(text.is_valid(), column, pa.scalar(None, pa.string()))


@cache
def _table() -> Units:
    """Return for each unit of UTF-16 what it folds to; 0 for a mark, which goes.

    What would fold to several letters is kept as it is.
    """
    table = np.arange(1 << 16, dtype=np.uint16)
    for point in range(ord("A"), _LAST_LETTER):
        plain = unicodedata.normalize("NFD", chr(point).lower())
        letters = [letter for letter in plain if not unicodedata.combining(letter)]
        if len(letters) < 2:
            table[point] = ord(letters[0]) if letters else _DROPPED
    table[[ord("đ"), ord("Đ")]] = ord("d")
    return table
