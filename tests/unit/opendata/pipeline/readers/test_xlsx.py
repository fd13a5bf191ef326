from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.readers import workbook
from opendata.pipeline.readers.xlsx import cell_text

LIMITS = Tables(max_spreadsheet_cells=1_000, max_spreadsheet_bytes=1_000_000)


@pytest.fixture
def book(tmp_path: Path):
    return xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))


def close(book) -> Path:
    book.close()
    return Path(book.filename)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-0.25, "-0.25"),
        (True, "true"),
        (date(2021, 3, 4), "2021-03-04"),
        (datetime(2021, 3, 4, 5, 6), "2021-03-04T05:06:00"),
        (time(7, 30), "07:30:00"),
        (timedelta(hours=25, seconds=5), "25:00:05"),
        ("e\u0302\u0323", "ệ"),
    ],
)
def test_cells_become_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_every_visible_sheet_with_rows_is_a_table(book, build) -> None:
    for name in ("Một", "Hai", "Ẩn", "Trống"):
        sheet = book.add_worksheet(name)
        if name != "Trống":
            sheet.write_column(0, 0, ["Mã", "01", "02"])
            sheet.write_column(0, 1, ["Số", 1, 2.5])
        if name == "Ẩn":
            sheet.hide()
    built = build(close(book), claim="xlsx")
    assert [table.name for table in built.tables] == ["Một", "Hai"]
    assert [(c.name, c.type) for c in built.tables[0].columns] == [
        ("Mã", "string"),
        ("Số", "number"),
    ]


def test_merged_header_over_two_rows_is_joined(book, build) -> None:
    sheet = book.add_worksheet("Biểu")
    sheet.merge_range(0, 0, 0, 3, "Biểu 1: Dân số")
    sheet.merge_range(2, 0, 3, 0, "STT")
    sheet.merge_range(2, 1, 3, 1, "Tỉnh")
    sheet.merge_range(2, 2, 2, 3, "Quy mô")
    sheet.write_row(3, 2, ["Dân số", "Diện tích"])
    sheet.write_row(4, 0, [1, "An Giang", 4_218_845, 10_036.56])
    built = build(close(book), claim="xlsx")
    assert built.table.title == "Biểu 1: Dân số"
    assert list(built.types) == ["STT", "Tỉnh", "Quy mô - Dân số", "Quy mô - Diện tích"]
    assert built.table.rows_read == 1


def test_failed_cell_is_empty_and_told_of_and_its_row_stays(book, build) -> None:
    sheet = book.add_worksheet("A")
    sheet.write_row(0, 0, ["ten", "ty_le"])
    sheet.write_row(1, 0, ["a", 1])
    sheet.write_row(3, 0, ["b"])
    sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")
    built = build(close(book), claim="xlsx")
    assert built.rows == {"ten": ["a", "b"], "ty_le": [1, None]}
    assert [(p.code, p.column, p.count) for p in built.table.problems] == [("type", "ty_le", 1)]
    assert built.table.samples[0].row == 2
    assert built.table.samples[0].value == "#DIV/0!"
    assert built.table.rows_quarantined == 0
    assert built.table.quarantine is None


def test_one_cell_in_the_far_corner_is_too_many_cells(book, build) -> None:
    """F71: no reader is asked to allocate the rectangle."""
    sheet = book.add_worksheet("A")
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "z")
    built = build(close(book), claim="xlsx", limits=LIMITS)
    assert (built.shape.reason, built.tables) == ("too-many-cells", ())


def test_workbook_over_the_byte_limit_is_not_parsed(book, build) -> None:
    book.add_worksheet("A").write_column(0, 0, [f"text {n}" for n in range(900)])
    path = close(book)
    limits = Tables(max_spreadsheet_cells=10_000, max_spreadsheet_bytes=5_000)
    assert build(path, claim="xlsx", limits=limits).shape.reason == "too-many-cells"


def test_cells_are_counted_as_a_rectangle(book) -> None:
    sheet = book.add_worksheet("A")
    sheet.write(0, 0, "a")
    sheet.write(9, 3, "z")
    assert workbook.measure(close(book), max_bytes=10**7, max_cells=10**6).cells == 40


def test_broken_workbook_is_unreadable(book, build) -> None:
    book.add_worksheet("A").write_column(0, 0, list(range(500)))
    path = close(book)
    whole = path.read_bytes()
    # Damage the content of the sheet, not the directory of the zip.
    start = whole.find(b"xl/worksheets/sheet1.xml") + 40
    path.write_bytes(whole[:start] + b"\xff" * 60 + whole[start + 60 :])
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="xlsx")
    assert failure.value.reason == "unreadable"
