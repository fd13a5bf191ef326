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
    assert header.find(rows) == header.Header(title, labels, skip)


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
