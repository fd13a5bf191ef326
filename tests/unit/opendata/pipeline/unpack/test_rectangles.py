from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from opendata.pipeline.unpack import workbook
from opendata.pipeline.unpack.rectangles import Rectangle

SHEET = b'<sheetData>\n<row r="3"><c r="B3"/><c\n r="AB3" t="e"><v>#N/A</v></c></row></sheetData>'


def cells(text: bytes, step: int) -> int:
    rectangle = Rectangle()
    for start in range(0, len(text), step):
        rectangle.add(text[start : start + step])
    rectangle.add(b"<")
    return rectangle.cells


@pytest.mark.parametrize("step", [1, 7, 1_000])
@pytest.mark.parametrize(
    ("text", "count"),
    [
        (SHEET, 3 * 28),
        (SHEET.replace(b"<", b"<x:"), 3 * 28),
        (SHEET.replace(b'"', b"'"), 3 * 28),
        (b'<c r="XFD1048576"/>', 1_048_576 * 16_384),
        (b"<row><c/><c/><c>x</c></row><row><c/></row>", 4),
        (b"<cols><col/></cols><rows/>no c r=", 0),
    ],
)
def test_rectangle_is_counted_wherever_a_chunk_ends(text: bytes, count: int, step: int) -> None:
    assert cells(text, step) == count


def test_cells_of_a_workbook_are_counted_as_rectangles(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))
    sheet = book.add_worksheet("A")
    sheet.write(0, 0, "a")
    sheet.write(9, 3, "z")
    book.close()
    size = workbook.measure(Path(book.filename), max_bytes=10**7, max_cells=10**6)
    assert (size.cells, size.failing) == (40, frozenset())
