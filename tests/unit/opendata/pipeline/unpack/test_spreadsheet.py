from __future__ import annotations

import subprocess
import sys
import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from opendata.config import Tables
from opendata.errors import SourceFailure

LIMITS = Tables(max_spreadsheet_cells=1_000, max_spreadsheet_bytes=1_000_000)
ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
LOCKED = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data>'
    "</manifest:encryption-data></manifest:file-entry></manifest:manifest>"
)
ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"


@pytest.fixture
def book(tmp_path: Path):
    return xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))


def close(book) -> Path:
    book.close()
    return Path(book.filename)


def ods(path: Path, *tables: str) -> Path:
    """Write a small OpenDocument spreadsheet of these `table:table` elements."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", ODS_HEAD + "".join(tables) + ODS_TAIL)
    return path


def ods_row(*cells: str) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row>{inner}</table:table-row>"


def told(built) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in built.shape.problems]


def test_every_visible_sheet_with_rows_is_a_table_and_the_others_are_named(book, build) -> None:
    for name in ("Một", "Hai", "Ẩn", "Trống", "Tiêu đề"):
        sheet = book.add_worksheet(name)
        if name not in ("Trống", "Tiêu đề"):
            sheet.write_column(0, 0, ["Mã", "01", "02"])
            sheet.write_column(0, 1, ["Số", 1, 2.5])
        if name == "Tiêu đề":
            sheet.write_row(0, 0, ["Mã", "Số"])
        if name == "Ẩn":
            sheet.hide()
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Một!$B$2:$B$3"})
    book.add_chartsheet("Đồ thị").set_chart(chart)
    built = build(close(book), claim="xlsx")
    assert [table.name for table in built.tables] == ["Một", "Hai"]
    assert [(c.name, c.type) for c in built.tables[0].columns] == [
        ("Mã", "string"),
        ("Số", "number"),
    ]
    assert told(built) == [
        ("hidden-sheet", "Ẩn"),
        ("empty-sheet", "Trống"),
        ("empty-sheet", "Tiêu đề"),
    ]


def test_workbook_of_empty_sheets_is_no_table(book, build) -> None:
    book.add_worksheet("A")
    built = build(close(book), claim="xlsx")
    assert (built.shape.reason, built.tables) == ("no-rows", ())
    assert told(built) == [("empty-sheet", "A")]


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


def test_cells_of_every_kind(book, build) -> None:
    day, moment = (book.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "hh:mm"))
    long = book.add_format({"num_format": "[h]:mm:ss"})
    sheet = book.add_worksheet("A")
    sheet.write_row(0, 0, ["ma", "so", "ngay", "gio", "lau", "dung", "ten", "lan"])
    for row, number in enumerate((5, 1.5), start=1):
        sheet.write(row, 0, "007")
        sheet.write(row, 1, number)
        sheet.write(row, 2, datetime(2021, 3, 4), day)
        sheet.write(row, 3, time(7, 30), moment)
        sheet.write(row, 4, timedelta(hours=25, seconds=5), long)
        sheet.write(row, 5, row == 1)
        sheet.write(row, 6, "e\u0302\u0323")
        sheet.write(row, 7, row if row == 1 else "")
    built = build(close(book), claim="xlsx")
    assert built.types["ngay"] == "date"
    assert built.types["dung"] == "boolean"
    found = {name: [str(value) for value in values] for name, values in built.rows.items()}
    assert found == {
        "ma": ["007", "007"],
        "so": ["5.0", "1.5"],
        "ngay": ["2021-03-04", "2021-03-04"],
        "gio": ["07:30:00", "07:30:00"],
        "lau": ["25:00:05", "25:00:05"],
        "dung": ["True", "False"],
        "ten": ["ệ", "ệ"],
        "lan": ["1", "None"],
    }


def test_failed_cell_is_empty_and_told_of_and_its_row_stays(book, build) -> None:
    sheet = book.add_worksheet("A")
    sheet.write_row(0, 1, ["ten", "ty_le"])
    sheet.write_row(1, 1, ["a", 1])
    sheet.write_row(3, 1, ["b"])
    sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")
    built = build(close(book), claim="xlsx")
    assert built.rows == {"ten": ["a", "b"], "ty_le": [1, None]}
    assert [(p.code, p.column, p.count) for p in built.table.problems] == [("type", "ty_le", 1)]
    assert built.table.samples[0].row == 2
    assert built.table.samples[0].value == "#DIV/0!"
    assert built.table.rows_quarantined == 0
    assert built.table.quarantine is None


def test_row_wider_than_its_header_is_broken(book, build) -> None:
    sheet = book.add_worksheet("A")
    sheet.write_row(0, 0, ["ma", "so"])
    for row in range(1, 400):
        sheet.write_row(row, 0, [f"{row:03}", row])
    sheet.write_row(350, 2, ["x", "y"])  # far below what the header is found in
    built = build(close(book), claim="xlsx")
    assert (built.table.rows_read, built.table.rows_accepted) == (399, 398)
    assert [(row, code) for row, _, code, _ in built.quarantined] == [(350, "row-width")]
    assert "350" not in built.rows["ma"]


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


def test_sheet_of_16384_columns_is_refused(book, build) -> None:
    sheet = book.add_worksheet("A")
    sheet.write_row(0, 0, [f"c{n}" for n in range(16_384)])
    sheet.write_row(1, 0, range(16_384))
    with pytest.raises(SourceFailure) as failure:
        build(close(book), claim="xlsx")
    assert failure.value.reason == "too-many-columns"


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


def test_workbook_under_a_password_says_so(build, tmp_path: Path) -> None:
    """A locked XLSX is a compound file that holds it in one stream."""
    path = tmp_path / "locked.xlsx"
    path.write_bytes(compound("EncryptedPackage"))
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="xlsx")
    assert failure.value.reason == "encrypted"


def compound(stream: str) -> bytes:
    """The beginning of a compound file whose directory names one stream."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return head + stream.encode("utf-16-le") + b"\0" * 512


def test_old_workbook_that_is_none_is_unreadable(build, tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(compound("Workbook"))
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="xls")
    assert failure.value.reason == "unreadable"


def test_ods_is_read(build, tmp_path: Path) -> None:
    table = (
        f'<table:table table:name="Biểu">{ods_row("ma", "ten")}{ods_row("01", "Huế")}</table:table>'
    )
    built = build(ods(tmp_path / "a.ods", table), claim="ods")
    assert (built.shape.format, built.table.name) == ("ods", "Biểu")
    assert built.rows == {"ma": ["01"], "ten": ["Huế"]}


def test_ending_of_the_name_says_nothing(book, build) -> None:
    book.add_worksheet("A").write_column(0, 0, ["ma", "01"])
    path = close(book).rename(Path(book.filename).with_suffix(".xls"))
    built = build(path, claim="xls")
    assert (built.shape.format, built.table.rows_read) == ("xlsx", 1)


def test_locked_ods_says_so(build, tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", "")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", LOCKED)
        archive.writestr("content.xml", "x")
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="ods")
    assert failure.value.reason == "encrypted"


def repeating(path: Path, rows: int, columns: int) -> Path:
    """An ODS of some hundred bytes that says one cell so often."""
    cell = (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}">'
        "<text:p>x</text:p></table:table-cell>"
    )
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return ods(path, f'<table:table table:name="A">{row}</table:table>')


def test_ods_of_a_billion_cells_is_kept_without_a_table(build, tmp_path: Path) -> None:
    """F71: 17,179,869,184 cells out of 600 bytes."""
    path = repeating(tmp_path / "bomb.ods", 1_048_576, 16_384)
    assert build(path, claim="ods").shape.reason == "too-many-cells"


def test_reader_that_wants_memory_is_ended(build, tmp_path: Path) -> None:
    """F71: more than its limit, however the file brings it about."""
    path = repeating(tmp_path / "bomb.ods", 1_000_000, 90)
    limits = Tables(max_unpack_memory=512 * 1024**2)
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="ods", limits=limits)
    assert failure.value.reason == "too-much-memory"


def test_reader_that_takes_long_is_ended(book, build) -> None:
    """F72: a parser that does not return."""
    sheet = book.add_worksheet("A")
    for row in range(20_000):
        sheet.write_row(row, 0, range(20))
    with pytest.raises(SourceFailure) as failure:
        build(close(book), claim="xlsx", limits=Tables(max_unpack_seconds=0))
    assert failure.value.reason == "too-much-time"


def test_tables_larger_than_the_disk_may_hold_are_refused(book, build) -> None:
    """One long text in many cells is short in the file and long in the table."""
    sheet = book.add_worksheet("A")
    for row in range(1_000):
        sheet.write(row, 0, "x" * 30_000)
    limits = Tables(max_unpacked_bytes=10_000_000)
    with pytest.raises(SourceFailure) as failure:
        build(close(book), claim="xlsx", limits=limits)
    assert failure.value.reason == "unpacked-too-large"


def test_nothing_is_left_of_a_reader_that_failed(book, build, tmp_path: Path) -> None:
    book.add_worksheet("A").write_column(0, 0, range(10))
    path = close(book)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="xlsx")
    assert failure.value.reason == "unreadable"
    assert not list(tmp_path.rglob("*.arrow"))


def test_total_and_note_below_the_table_are_kept_apart(book, build) -> None:
    sheet = book.add_worksheet("A")
    sheet.write_row(0, 0, ["Mã", "Tên", "Số"])
    for row in range(1, 1_000):
        sheet.write_row(row, 0, [f"{row:03}", f"Xã {row}", row])
    sheet.write_row(1_000, 1, ["Tổng cộng", sum(range(1_000))])
    sheet.write(1_002, 0, "Nguồn: Cục Thống kê")
    built = build(close(book), claim="xlsx")
    assert built.table.rows_read == 999
    assert built.types["Số"] == "integer"
    assert [(row.kind, row.cells) for row in built.table.shape.apart] == [
        ("total", (None, "Tổng cộng", "499500")),
        ("note", ("Nguồn: Cục Thống kê", None, None)),
    ]


def test_row_of_units_is_kept_apart_and_named_of_each_column(book, build) -> None:
    sheet = book.add_worksheet("A")
    sheet.merge_range(0, 0, 1, 0, "Tỉnh")
    sheet.merge_range(0, 1, 0, 2, "Quy mô")
    sheet.write_row(1, 1, ["Dân số", "Diện tích"])
    sheet.write_row(2, 1, ["(người)", "(km²)"])
    for row in range(3, 9):
        sheet.write_row(row, 0, [f"Tỉnh {row}", row * 1_000, row * 1.5])
    built = build(close(book), claim="xlsx")
    assert built.table.shape.units == ("", "người", "km²")
    assert [row.kind for row in built.table.shape.apart] == ["units"]
    assert (built.table.rows_read, built.types["Quy mô - Dân số"]) == (6, "integer")


def test_child_starts_without_the_database_and_pandas() -> None:
    """What it loads is most of what a small file costs."""
    code = (
        "import opendata.pipeline.unpack.spreadsheet, opendata.pipeline.unpack.columnar, sys\n"
        "print([name for name in ('sqlalchemy', 'pandas', 'flask') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
