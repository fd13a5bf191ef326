"""The shape of delimited text: its encoding, its delimiter, where its header is."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.readers import records
from opendata.pipeline.shape import dialect, footer, header, plain
from opendata.pipeline.tables import FileShape, TableShape
from opendata.pipeline.values import Row

_HEAD_BYTES = 256 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NO_ROWS = "no-rows"


def of_csv(path: Path, *, folder: Path, limits: Tables, where: str) -> FileShape:
    """Return the shape of delimited text; a copy in UTF-8 goes to `folder` where one is needed.

    Raises `SourceFailure`: unknown-encoding, line-too-long, too-many-columns, unclosed-quote.
    """
    readable, encoding = plain.in_utf8(path, folder=folder, where=where, marks_lost=True)
    head, is_whole = _head(readable, limits, where)
    samples = () if is_whole else dialect.samples_of(readable, len(head))
    delimiter = dialect.find_delimiter(head, is_whole=is_whole, samples=samples)
    rows = dialect.rows(head, delimiter, is_whole=is_whole)
    found = header.find([_composed(row) for row in rows])
    if is_whole and records.has_open_quote(head, delimiter.encode()):
        raise SourceFailure(
            "unclosed-quote",
            where,
            "a quotation mark is never closed; ask the source to mend the file",
        )
    if found is None:
        return FileShape("csv", reason=_NO_ROWS)
    table = replace(
        _table("", found, readable, limits, where), encoding=encoding.name, delimiter=delimiter
    )
    last = [_composed(row) for row in dialect.last_rows(readable, delimiter, table.skip_rows)]
    below = footer.find(last, table.header)
    if is_whole and sum(map(bool, rows[table.skip_rows :])) <= below.skip_last:
        return FileShape("csv", reason=_NO_ROWS)
    apart = (*table.apart, *below.apart)
    return FileShape("csv", (replace(table, skip_last=below.skip_last, apart=apart),))


def _head(path: Path, limits: Tables, where: str) -> tuple[bytes, bool]:
    """Return the first bytes, at least two lines of them, and whether that is all."""
    size = _HEAD_BYTES
    with path.open("rb") as file:
        while True:
            file.seek(0)
            data = file.read(size).removeprefix(_BYTE_ORDER_MARK)
            is_whole = not file.read(1)
            if is_whole or data.count(b"\n") + data.count(b"\r") > 1:
                return data, is_whole
            if size > limits.max_line_bytes:
                raise SourceFailure(
                    "line-too-long",
                    where,
                    f"the first line has more than {limits.max_line_bytes} bytes; "
                    "ask the source for a file with line breaks, or raise tables.max_line_bytes",
                )
            size *= 4


def _table(name: str, found: header.Header, path: Path, limits: Tables, where: str) -> TableShape:
    if len(found.labels) > limits.max_columns:
        raise SourceFailure(
            "too-many-columns",
            where,
            f"the table has {len(found.labels)} columns, the limit is {limits.max_columns}; "
            "raise tables.max_columns if that is meant",
        )
    return TableShape(
        name,
        found.title,
        found.labels,
        path,
        skip_rows=found.skip_rows,
        units=found.units,
        apart=found.apart,
    )


def _composed(row: Row) -> Row:
    return tuple(unicodedata.normalize("NFC", cell) for cell in row)
