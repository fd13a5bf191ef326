from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.pipeline.readers import records

PIECES = st.lists(
    st.sampled_from([b'"', b'""', b",", b"\n", b"\r\n", b"a", "đ".encode(), b" "]), max_size=30
)


@pytest.mark.parametrize(
    ("data", "ends"),
    [
        (b"a,b\nc,d\n", [4, 8]),
        (b'"a\nb",c\nd', [8]),
        (b'"a""\n",c\n', [9]),
        (b'5" pipe,x\n6" y,z\n', [10, 17]),
        (b"a\r\nb\rc\n", [3, 5, 7]),
        (b'"never closed\n', []),
        (b'"closed by mistake""\n', []),
    ],
)
def test_records_end_outside_quotes(data: bytes, ends: list[int]) -> None:
    assert list(records.record_ends(data, b",")) == ends


@given(PIECES, st.integers(1, 9))
def test_quick_cut_is_the_exact_cut(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_PIECE", size)
        quick = records.last_record_end(data, b",")
    ends = list(records.record_ends(data, b","))
    # Without any \n the quick way may cut at the last \r only; both are ends of records.
    assert quick == (ends[-1] if ends else 0) or (quick in ends and b"\r" in data)


@given(st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=3), max_size=8))
def test_what_csv_writers_write_is_never_left_open(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode("utf-8", "replace")
    assert not records.has_open_quote(data, b",")
    assert records.last_record_end(data, b",") == len(data)


def test_open_quote_is_seen_behind_stray_marks() -> None:
    assert records.has_open_quote(b'5" x,y\na,"open\n', b",")
    assert not records.has_open_quote(b'5" x,y\na,"closed"\nlast', b",")


def test_longest_line_counts_lines_not_records() -> None:
    assert records.longest_line(b'"aaa\nbb"\ncccccc') == 6
