"""What an XLSX file holds, counted from its zip members before any reader opens it.

A spreadsheet reader allocates the whole rectangle from the first to the last used cell, so one
cell in the last corner of a sheet is as dear as a full sheet: rectangles are what is counted.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20
_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_REFERENCE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*?\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
_ROW_END = b"row>"
_MAX_ROW = 4 << 20
# A tag may be cut at the end of a chunk.
_TAG_START = b"<"
_SHEET_TAG = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION_TAG = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


@dataclass(frozen=True)
class Size:
    """Uncompressed bytes, declared or actual whichever is more, and cells of all rectangles."""

    bytes: int
    cells: int


def measure(path: Path, *, max_bytes: int, max_cells: int) -> Size:
    """Count bytes and cells; stops early, with figures over the limit, once a limit is passed.

    Raises one of `DAMAGED` when the zip cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        size = cells = 0
        declared = sum(member.file_size for member in members)
        if declared > max_bytes:
            return Size(declared, 0)
        for member in members:
            rectangle = _Rectangle() if _SHEETS.fullmatch(member.filename) else None
            for chunk in _chunks(archive, member):
                size += len(chunk)
                if rectangle:
                    rectangle.add(chunk)
                if size > max_bytes or (rectangle and cells + rectangle.cells > max_cells):
                    return Size(size, cells + (rectangle.cells if rectangle else 0))
            cells += rectangle.cells if rectangle else 0
        return Size(max(size, declared), cells)


def error_cells(path: Path, sheet: str, *, max_bytes: int) -> dict[tuple[int, int], str]:
    """Return the failed cells of a sheet, (row, column) from 0 to its text (`#DIV/0!`)."""
    found: dict[tuple[int, int], str] = {}
    with zipfile.ZipFile(path) as archive:
        member = _member_of(archive, sheet, max_bytes)
        if member is None:
            return found
        carry = b""
        for chunk in _chunks(archive, member):
            text = carry + chunk
            # Whole rows only; what follows the last one is seen again with the next chunk.
            end = text.rfind(_ROW_END) + len(_ROW_END) if _ROW_END in text else 0
            for column, row, value in _ERROR_CELL.findall(text, 0, end):
                name = html.unescape(value.decode("utf-8", errors="replace"))
                found[int(row) - 1, _column(column) - 1] = name
            carry = text[end:][-_MAX_ROW:]
    return found


class _Rectangle:
    """Grows with the references of the cells seen; cells without one count one by one."""

    def __init__(self) -> None:
        self._rows = self._columns = self._row_tags = self._cell_tags = 0
        self._carry = b""

    @property
    def cells(self) -> int:
        return max(max(self._rows, self._row_tags) * self._columns, self._cell_tags)

    def add(self, chunk: bytes) -> None:
        text = self._carry + chunk
        cut = text.rfind(_TAG_START)
        text, self._carry = (text[:cut], text[cut:]) if cut > 0 else (b"", text)
        self._row_tags += len(_ROW.findall(text))
        self._cell_tags += len(_CELL.findall(text))
        references = _REFERENCE.findall(text)
        if references:
            columns = {column for column, _ in references}
            self._columns = max(self._columns, *map(_column, columns), 1)
            self._rows = max(self._rows, max(int(row) for _, row in references))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as content:
        while chunk := content.read(_CHUNK):
            yield chunk


def _member_of(archive: zipfile.ZipFile, sheet: str, max_bytes: int) -> zipfile.ZipInfo | None:
    relation = next(
        (
            value
            for attributes in _tags(archive, "xl/workbook.xml", _SHEET_TAG, max_bytes)
            if attributes.get("name") == sheet
            for key, value in attributes.items()
            if key.endswith(":id")
        ),
        None,
    )
    for attributes in _tags(archive, "xl/_rels/workbook.xml.rels", _RELATION_TAG, max_bytes):
        if attributes.get("Id") == relation:
            name = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            return archive.NameToInfo.get(name.lstrip("/"))
    return None


def _tags(
    archive: zipfile.ZipFile, name: str, tag: re.Pattern[str], max_bytes: int
) -> Iterator[dict[str, str]]:
    if name not in archive.NameToInfo:
        return
    with archive.open(name) as content:
        text = content.read(max_bytes).decode("utf-8", errors="replace")
    for attributes in tag.findall(text):
        yield {
            key: html.unescape(double or single)
            for key, double, single in _ATTRIBUTE.findall(attributes)
        }
