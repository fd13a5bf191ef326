"""Recorded spreadsheets against what is known of them: sheets, which are shown, rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opendata.errors import SourceFailure

ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
LOCKED = "xlsx/messytables/encrypted_no_password.xls"
# Rows of each sheet where other tools say nothing of the file, or count labels, titles and blank
# rows; 0: no table. A row below the data that is told apart (total, note) counts here.
ROWS = {
    "vietnam/bieu1_merged_headers_multi_sheet.xlsx": [35, 10],
    # 46 areas; above them six blank rows, three of title, three of labels; below, two notes.
    "xlsx/frictionless/issue-1024.xlsx": [48],
    "xlsx/frictionless/issue-320.xlsx": [48],
    # Two titles side by side, three rows below: the first of them is blank in each column.
    "xlsx/frictionless/issue-312.xlsx": [4],
    # One text in one merged cell.
    "xlsx/frictionless/merged-cells.xlsx": [0],
    "xlsx/frictionless/merged-cells.xls": [0],
    "xlsx/frictionless/merged-cells-boolean.xls": [0],
    # Labels over five rows.
    "xlsx/frictionless/multiline-headers.xlsx": [1],
    # A title, labels, a row and a total.
    "xlsx/frictionless/skip-rows.xlsx": [2],
    "xlsx/frictionless/sheet2.xlsx": [0, 2],
    # The second sheet begins in its second row, without labels.
    "xlsx/frictionless/table.xlsx": [2, 2],
    "xlsx/messytables/libreoffice.xlsx": [0],
    "xlsx/dgu/cospread-clg.xls": [None, 3, None],
    "xlsx/dgu/bis1.xls": [None, 9],
    "xlsx/frictionless/cast-int-to-string-issue-1251.xls": [2],
    "xlsx/frictionless/sheet2.xls": [0, 2],
    "xlsx/frictionless/table-with-booleans.xls": [2],
    "xlsx/frictionless/table-with-ints-floats-dates.xls": [3],
    "xlsx/frictionless/table.xls": [2],
    "xlsx/frictionless/table-output.ods": [2],
    "xlsx/frictionless/table-with-booleans.ods": [2],
    "xlsx/frictionless/table-with-ints-floats-dates.ods": [3],
    "xlsx/frictionless/table-with-two-sheets.ods": [2, 1],
    "xlsx/frictionless/table.ods": [2],
    # Five rows, one of them blank.
    "xlsx/messytables/blank_line.ods": [3],
    "xlsx/messytables/excel_properties.xls": [None],
    "xlsx/messytables/loffice-4.4.1.2.ods": [3],
    "xlsx/messytables/multilineods.ods": [1, 0, 0],
    "xlsx/messytables/ods_formats.ods": [5, 0, 0],
    "xlsx/messytables/simple.ods": [3],
    "xlsx/messytables/simple.xls": [6],
    "xlsx/messytables/span_rich.xls": [5],
    # One word, which is its label.
    "xlsx/messytables/unicode_sheet_name.xls": [0],
    # A page of prose with a table in it; two tables one below the other: nobody can say how many
    # rows that is.
    "xlsx/messytables/bian-anal-mca-2005-dols-eng-1011-0312-tab3.xlsm": [None],
    "xlsx/messytables/large.xlsx": [None],
    "xlsx/vn/DanhMucHanhChinh_2021_kenzouno1.xls": [10_040],
}


def names() -> list[str]:
    """Return the recorded spreadsheets; none where they are not on the machine."""
    inputs = Path(__file__).parents[6] / "shared" / "inputs"
    found = [path for folder in ("vietnam", "xlsx", "ods") for path in (inputs / folder).rglob("*")]
    return sorted(str(p.relative_to(inputs)) for p in found if p.suffix in ENDINGS)


@pytest.fixture(scope="module")
def truth(shared_inputs: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((shared_inputs / "inputs" / "truth.json").read_text("utf-8"))
    return known


def test_every_spreadsheet_known_is_there(truth: dict[str, Any]) -> None:
    known = {name for name in truth if name.endswith(ENDINGS)}
    assert known | set(ROWS) <= set(names())


@pytest.mark.parametrize("name", [name for name in names() if name != LOCKED])
def test_sheets_and_rows_are_those_known(
    build, shared_inputs: Path, truth: dict[str, Any], name: str
) -> None:
    built = build(shared_inputs / "inputs" / name, claim=name.rpartition(".")[2])
    known = truth.get(name, {}).get("sheets", [])
    rows = ROWS.get(name) or [sheet["rows"] - 1 for sheet in known if sheet["visible"]]
    told = dict.fromkeys(("hidden-sheet", "empty-sheet"), 0)
    for problem in built.shape.problems:
        told[problem.code] += 1
    assert told["empty-sheet"] == rows.count(0)
    assert told["hidden-sheet"] == sum(not sheet["visible"] for sheet in known)
    if known:
        shown = [sheet["name"] for sheet in known if sheet["visible"]]
        empty = [p.field for p in built.shape.problems if p.code == "empty-sheet"]
        assert [table.name for table in built.tables] == [n for n in shown if n not in empty]
    expected = [count for count in rows if count != 0]
    assert len(built.tables) == len(expected)
    for table, count in zip(built.tables, expected, strict=True):
        assert count in (None, table.rows_read + len(table.shape.apart))
        assert table.rows_quarantined == 0


def test_codes_of_the_old_workbook_keep_their_zeros(build, shared_inputs: Path) -> None:
    path = shared_inputs / "inputs/xlsx/vn/DanhMucHanhChinh_2021_kenzouno1.xls"
    built = build(path, claim="xls")
    assert [built.rows[name][0] for name in ("Mã TP", "Mã QH", "Mã PX")] == ["01", "001", "00001"]
    assert built.rows["Mã PX"].count(None) == 5


def test_locked_workbook_says_so(build, shared_inputs: Path) -> None:
    with pytest.raises(SourceFailure) as failure:
        build(shared_inputs / "inputs" / LOCKED, claim="xls")
    assert failure.value.reason == "encrypted"
