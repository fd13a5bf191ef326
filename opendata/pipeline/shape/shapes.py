"""The shape of a file that holds tables: its encoding, delimiter, sheets and headers."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import islice
from pathlib import Path

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.readers import records, workbook
from opendata.pipeline.readers.xlsx import cell_text, open_workbook
from opendata.pipeline.shape import dialect, encodings, header, transcode
from opendata.pipeline.state import FileShape, TableShape
from opendata.pipeline.values import Row, filled

_HEAD_BYTES = 256 * 1024
_HEAD_ROWS = 300
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NO_ROWS = "no-rows"


def of_csv(path: Path, *, folder: Path, limits: Tables, where: str) -> FileShape:
    """Return the shape of delimited text; a copy in UTF-8 goes to `folder` where one is needed.

    Raises `SourceFailure`: unknown-encoding, line-too-long, too-many-columns, unclosed-quote.
    """
    encoding = encodings.find(path)
    if encoding is None:
        raise SourceFailure(
            "unknown-encoding",
            where,
            "the text is neither UTF-8, UTF-16, windows-1258, TCVN3, VNI nor windows-1252; "
            "ask the source for UTF-8",
        )
    readable = path
    if not encoding.is_readable_in_place:
        readable = folder / f"{path.name}.utf8"
        transcode.to_utf8(path, readable, encoding)
    head, is_whole = _head(readable, limits, where)
    delimiter = dialect.find_delimiter(head, is_whole=is_whole)
    rows = dialect.rows(head, delimiter, is_whole=is_whole)
    found = header.find([_composed(row) for row in rows])
    if found is None:
        if is_whole and records.has_open_quote(head, delimiter.encode()):
            raise SourceFailure("unclosed-quote", where, "the first quotation mark is never closed")
        return FileShape("csv", reason=_NO_ROWS)
    table = replace(
        _table("", found, readable, limits, where), encoding=encoding.name, delimiter=delimiter
    )
    if is_whole and not _has_rows(head, delimiter, table.skip_rows):
        return FileShape("csv", reason=_NO_ROWS)
    return FileShape("csv", (table,))


def of_xlsx(path: Path, *, limits: Tables, where: str) -> FileShape:
    """Return the shape of a workbook: every visible sheet that has data rows.

    Raises `SourceFailure`: unreadable, too-many-columns.
    """
    if _is_too_big(path, limits, where):
        return FileShape("xlsx", reason="too-many-cells")
    tables = []
    with open_workbook(path, where) as book:
        for about in book.sheets_metadata:
            is_shown = about.visible == SheetVisibleEnum.Visible
            if about.typ != SheetTypeEnum.WorkSheet or not is_shown:
                continue
            rows = book.get_sheet_by_name(about.name).iter_rows()
            head = [tuple(map(cell_text, row)) for row in islice(rows, _HEAD_ROWS)]
            found = header.find(_trimmed(head), width=_used_width(head))
            if found and any(filled(row) for row in head[found.skip_rows :]):
                tables.append(
                    replace(_table(about.name, found, path, limits, where), reader="xlsx")
                )
    return FileShape("xlsx", tuple(tables), reason="" if tables else _NO_ROWS)


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


def _has_rows(head: bytes, delimiter: str, skip_rows: int) -> bool:
    ends = list(records.record_ends(head, (delimiter or "\x1f").encode()))
    if len(ends) < skip_rows:
        return False
    return bool(head[ends[skip_rows - 1] if skip_rows else 0 :].strip(b"\r\n"))


def _is_too_big(path: Path, limits: Tables, where: str) -> bool:
    max_bytes, max_cells = limits.max_spreadsheet_bytes, limits.max_spreadsheet_cells
    try:
        size = workbook.measure(path, max_bytes=max_bytes, max_cells=max_cells)
    except workbook.DAMAGED as err:
        raise SourceFailure(
            "unreadable", where, f"the workbook is damaged ({err}); ask the source to mend it"
        ) from err
    return size.bytes > max_bytes or size.cells > max_cells


def _table(name: str, found: header.Header, path: Path, limits: Tables, where: str) -> TableShape:
    if len(found.labels) > limits.max_columns:
        raise SourceFailure(
            "too-many-columns",
            where,
            f"the table has {len(found.labels)} columns, the limit is {limits.max_columns}; "
            "raise tables.max_columns if that is meant",
        )
    return TableShape(name, found.title, found.labels, path, skip_rows=found.skip_rows)


def _used_width(rows: list[Row]) -> int:
    used = [index + 1 for row in rows for index, cell in enumerate(row) if cell.strip()]
    return max(used, default=0)


def _trimmed(rows: list[Row]) -> list[Row]:
    width = _used_width(rows)
    return [(row + ("",) * width)[:width] for row in rows]


def _composed(row: Row) -> Row:
    return tuple(unicodedata.normalize("NFC", cell) for cell in row)
