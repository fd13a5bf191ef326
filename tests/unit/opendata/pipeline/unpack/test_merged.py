from __future__ import annotations

from opendata.pipeline.unpack.merged import Range, with_joined_labels


def test_labels_over_three_rows_are_joined_in_the_last() -> None:
    rows = [
        ("Biểu 2", "", "", "", ""),
        ("STT", "Quy mô", "", "", ""),
        ("", "Dân số", "", "Diện tích", ""),
        ("", "Nam", "Nữ", "Đất", "Nước"),
        ("1", "5", "6", "7", "8"),
    ]
    ranges = [
        Range(0, 0, 0, 4),
        Range(1, 0, 3, 0),
        Range(1, 1, 1, 4),
        Range(2, 1, 2, 2),
        Range(2, 3, 2, 4),
    ]
    joined = with_joined_labels(rows, ranges)
    assert joined[3] == (
        "STT",
        "Quy mô - Dân số - Nam",
        "Quy mô - Dân số - Nữ",
        "Quy mô - Diện tích - Đất",
        "Quy mô - Diện tích - Nước",
    )
    assert joined[1] == joined[2] == ("",) * 5
    assert (joined[0], joined[4]) == (rows[0], rows[4])


def test_letterhead_is_no_header() -> None:
    rows = [
        ("BỘ Y TẾ", "", "CỘNG HÒA", ""),
        ("Số: 1", "", "Độc lập", ""),
        ("ma", "ten", "nam", "so"),
        ("1", "a", "2020", "5"),
    ]
    ranges = [Range(row, left, row, left + 1) for row in (0, 1) for left in (0, 2)]
    assert with_joined_labels(rows, ranges) == rows


def test_merged_data_is_no_header() -> None:
    rows = [("ma", "ten"), ("01", "a"), ("", "b"), ("02", "c")]
    assert with_joined_labels(rows, [Range(1, 0, 2, 0)]) == rows


def test_ranges_beyond_the_rows_are_left_out() -> None:
    assert with_joined_labels([("a", "b")], [Range(5, 0, 9, 0), Range(0, 7, 1, 9)]) == [("a", "b")]
    assert with_joined_labels([], [Range(0, 0, 1, 1)]) == []
