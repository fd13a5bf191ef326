"""The cells that an XLSX file marks as failed (`#DIV/0!`), which its reader gives as empty."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from opendata.pipeline.unpack.rectangles import FAILED_MARK
from opendata.pipeline.unpack.workbook import Size, chunks

# Row of the sheet from 0 -> column of the sheet from 0 -> text.
FailedCells = dict[int, dict[int, str]]

_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*?\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
_ROW_END = b"row>"
_MAX_ROW = 4 << 20
_SHEET_TAG = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION_TAG = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')


def failed_cells(path: Path, sheet: str, size: Size, *, max_bytes: int) -> FailedCells:
    """Return the failed cells of a sheet of a workbook that was measured.

    Raises one of `workbook.DAMAGED` when the zip cannot be read.
    """
    found: FailedCells = {}
    if not size.failing:
        return found
    with zipfile.ZipFile(path) as archive:
        member = _member_of(archive, sheet, max_bytes)
        if member is None or member.filename not in size.failing:
            return found
        for rows in _whole_rows(archive, member):
            if FAILED_MARK not in rows:
                continue
            for column, row, value in _ERROR_CELL.findall(rows):
                text = html.unescape(value.decode("utf-8", errors="replace"))
                found.setdefault(int(row) - 1, {})[_column(column) - 1] = text
    return found


def _whole_rows(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    carry = b""
    for chunk in chunks(archive, member):
        text = carry + chunk
        end = text.rfind(_ROW_END) + len(_ROW_END) if _ROW_END in text else 0
        yield text[:end]
        carry = text[end:][-_MAX_ROW:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


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
