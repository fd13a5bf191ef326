from __future__ import annotations

import pytest

from opendata.pipeline.shape import footer, sums
from opendata.pipeline.values import Row

HEADER = ("STT", "Tỉnh", "Dân số", "Diện tích")
DATA: list[Row] = [("1", "Huế", "1.200", "5,5"), ("2", "Cà Mau", "1.800", "6,2")]
WORDS: list[Row] = [("a", "b"), ("c", "d")]


def kinds(rows: list[Row], header: Row = HEADER) -> tuple[int, list[str]]:
    found = footer.find(rows, header)
    return found.skip_last, [row.kind for row in found.apart]


@pytest.mark.parametrize(
    ("below", "skip", "expected"),
    [
        ([], 0, []),
        ([("", "Tổng cộng", "3.000", "11,7")], 1, ["total"]),
        ([("TỔNG SỐ:", "CẢ NƯỚC", "3.000", "11,7")], 1, ["total"]),
        # Named a total, it is one though it adds up to something else: the checks tell of that.
        ([("Cộng", "", "9.999", "")], 1, ["total"]),
        ([("", "Cả nước", "3.000", "11,7")], 1, ["total"]),
        # The density between those of the rows is no sum and contradicts none.
        ([("", "Cả nước", "3.000", "5,9")], 1, ["total"]),
        ([("", "Cả nước", "9.999", "11,7")], 0, []),
        ([("", "Tổng cộng", "3.000", ""), ("Nguồn: niên giám", "", "", "")], 2, ["total", "note"]),
        ([("Ghi chú: theo xã, phường",)], 1, ["note"]),
        ([("(*) Số liệu sơ bộ", "", "", "")], 1, ["note"]),
        # A blank line is no row of the file; a row of empty cells is.
        ([(), ("Nguồn: a", " b", " c")], 1, ["note"]),
        ([("", "", "", ""), ("", "", "", "Người lập biểu")], 2, ["note"]),
        ([(), ("Huế, ngày hai tháng ba", "", "", ""), ("", "", "", "Người ký")], 2, ["note"] * 2),
        # Sparse, but right below the data: it may be a row with holes.
        ([("Đồng Tháp", "", "", "")], 0, []),
        ([("3",)], 0, []),
        ([("", "", "", "")], 0, []),
        ([("3", "Tổng cộng", "5", "6")], 0, []),
    ],
)
def test_rows_below_the_data_are_told_from_data(
    below: list[Row], skip: int, expected: list[str]
) -> None:
    assert kinds([*DATA, *below]) == (skip, expected)


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        # A value of its column: the totals of each year are data.
        ([("Nam", "1"), ("Total", "3"), ("Nam", "2"), ("Total", "5")], ("sex", "count")),
        ([("mới",), ("cộng",), ("tổng",)], ("word",)),
        ([*WORDS, ("Note: e", "f")], ("x", "y")),
    ],
)
def test_data_stay_data(rows: list[Row], header: Row) -> None:
    assert kinds(rows, header) == (0, [])


def test_what_stands_apart_keeps_its_cells() -> None:
    found = footer.find([*DATA, ("Tổng", "", "3.000", "")], HEADER)
    assert found.apart[0].cells == ("Tổng", None, "3.000", None)


@pytest.mark.parametrize(
    ("total", "is_sum"),
    [
        (("", "3.000", "11,7"), True),
        (("", "3000", ""), True),
        (("", "3.001", "11,7"), False),
        (("", "1.500", "6"), False),
        (("", "", ""), False),
    ],
)
def test_sums_are_proven_in_either_writing(total: Row, is_sum: bool) -> None:
    rows = [("a", "1.200", "5,5"), ("b", "1.800", "6,2")]
    assert sums.is_sum(total, rows) is is_sum
    swap = str.maketrans(".,", ",.")
    swapped = [tuple(cell.translate(swap) for cell in row) for row in [total, *rows]]
    assert sums.is_sum(swapped[0], swapped[1:]) is is_sum
