from __future__ import annotations

import pytest

from opendata.pipeline.shape import dialect, header

Rows = list[tuple[str, ...]]


@pytest.mark.parametrize(
    ("rows", "title", "labels", "skip"),
    [
        ([("id", "ten"), ("1", "a")], "", ("id", "ten"), 1),
        ([("Biểu 1",), (), ("id", "ten"), ("1", "a"), ("2", "b")], "Biểu 1", ("id", "ten"), 3),
        (
            [("Biểu 1", "", ""), ("ĐVT: người", "", ""), ("STT", "Tỉnh", "Số"), ("1", "a", "2")],
            "Biểu 1 ĐVT: người",
            ("STT", "Tỉnh", "Số"),
            3,
        ),
        ([("Tỉnh", "2019", "2020"), ("Hà Nội", "1", "2")], "", ("Tỉnh", "2019", "2020"), 1),
        ([("2019", "2020"), ("1", "2")], "", ("2019", "2020"), 1),
        ([("Tỉnh", "01/2021"), ("Hà Nội", "5")], "", ("Tỉnh", "01/2021"), 1),
        ([("1", "Hà Nội"), ("2", "Huế")], "", ("", ""), 0),
        ([("90001", "8.5"), ("90002", "7")], "", ("", ""), 0),
        ([("id", "", "ten"), ("1", "x", "a")], "", ("id", "", "ten"), 1),
        ([("a", "b", "c", "d"), ("1", "2"), ("3", "4"), ("5", "6")], "", ("a", "b", "c", "d"), 1),
        ([("ten", ""), ("1", "2"), ("3", "4")], "", ("ten", ""), 1),
        ([("only",), ("x",)], "", ("only",), 1),
        (
            [("STT", "Tỉnh", "Quy mô", ""), ("", "", "Dân số", "Diện tích"), ("1", "a", "2", "3")],
            "",
            ("STT", "Tỉnh", "Quy mô - Dân số", "Quy mô - Diện tích"),
            2,
        ),
    ],
)
def test_labels_are_found_past_titles(
    rows: Rows, title: str, labels: tuple[str, ...], skip: int
) -> None:
    found = header.find(rows)
    assert found is not None
    assert (found.title, found.labels, found.skip_rows) == (title, labels, skip)
    assert found.units == ()


NUMBERS: Rows = [("Huế", "1.200", "5,5"), ("Cà Mau", "1.800", "6,2"), ("Cần Thơ", "900", "3")]
LABELS = ("Tỉnh", "Dân số", "Diện tích")


@pytest.mark.parametrize(
    ("rows", "skip", "units", "kinds"),
    [
        ([LABELS, ("", "người", "km²")], 2, ("", "người", "km²"), ["units"]),
        ([LABELS, ("ĐVT", "(Nghìn người)", "1.000 ha")], 2, ("", "Nghìn người", "1.000 ha"),
         ["units"]),
        ([LABELS, ("A", "1", "2")], 2, (), ["note"]),
        ([LABELS, ("(1)", "(2)", "(3)")], 2, (), ["note"]),
        ([LABELS, ("", "người", "km²"), ("A", "1", "2=1/3")], 3, ("", "người", "km²"),
         ["units", "note"]),
        ([LABELS, ("CẢ NƯỚC", "3.900", "14,7")], 2, (), ["total"]),
        ([LABELS, ("TỔNG SỐ", "9", "9")], 2, (), ["total"]),
        ([LABELS, ("CẢ NƯỚC", "9", "9")], 1, (), []),
        ([("Đơn vị tính: nghìn người",), LABELS], 2, (), ["note"]),
        ([("# for programs",), LABELS], 2, (), ["note"]),
        ([("sep=;", "", ""), LABELS], 2, (), ["note"]),
    ],
)  # fmt: skip
def test_rows_that_are_neither_labels_nor_data_stand_apart(
    rows: Rows, skip: int, units: tuple[str, ...], kinds: list[str]
) -> None:
    found = header.find([*rows, *NUMBERS])
    assert found is not None
    assert (found.labels, found.skip_rows, found.units) == (LABELS, skip, units)
    assert [row.kind for row in found.apart] == kinds


@pytest.mark.parametrize(
    "rows",
    [
        [("Chỉ tiêu", "Đơn vị"), ("dân số", "người"), ("diện tích", "ha")],
        [("đơn vị", "ghi chú"), ("ha", ""), ("kg", "")],
        [("hạng", "a", "b"), ("A", "1", "2"), ("B", "3", "4")],
        [("a", "b", "c"), ("1", "2", "3"), ("4", "5", "6")],
        [("a", "b", "c"), ("A", "B", "C"), ("x", "y", "z")],
        [("#", "ten"), ("1", "a"), ("2", "b")],
    ],
)
def test_first_row_of_data_stays_data(rows: Rows) -> None:
    found = header.find(rows)
    assert found is not None
    assert (found.labels, found.skip_rows, found.apart) == (rows[0], 1, ())


def test_labels_go_over_three_rows() -> None:
    rows = [
        ("STT", "Tỉnh", "Dân số", "", "", "Diện tích"),
        ("", "", "Tổng", "Chia theo giới", "", ""),
        ("", "", "", "Nam", "Nữ", ""),
        ("", "", "người", "người", "người", "km²"),
        ("1", "Huế", "3", "1", "2", "9"),
        ("2", "Cà Mau", "7", "4", "3", "8"),
    ]
    found = header.find(rows)
    assert found is not None
    assert found.skip_rows == 4
    assert found.labels == (
        "STT",
        "Tỉnh",
        "Dân số - Tổng",
        "Dân số - Chia theo giới - Nam",
        "Dân số - Chia theo giới - Nữ",
        "Diện tích",
    )


def test_rows_without_text_have_no_header() -> None:
    assert header.find([(), ("", "")]) is None


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        (b"a,b\n1,2\n", ","),
        (b"a;b\n1,5;2,5\n1,25;2\n", ";"),
        (b'a,b\n"x;y;z",2\n"x;y;z",3\n', ","),
        (b"a\tb\n1\t2\n", "\t"),
        (b"a|b\n1|2\n", "|"),
        (b"word\nother\nlast, but not least\n", ""),
        (b"id,name,age\n1,a\n2,b,3,4\n", ","),
        (b'title, with comma\n\na;b;c\n1;2;"x,y,z"\n1;2;3\n', ";"),
    ],
)
def test_delimiter_is_voted_on(head: bytes, delimiter: str) -> None:
    assert dialect.find_delimiter(head, is_whole=True) == delimiter
