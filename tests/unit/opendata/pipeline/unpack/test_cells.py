from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.pipeline.unpack import cells

# What a reader of spreadsheets gives.
CELLS = (
    st.text(max_size=5)
    | st.floats(allow_nan=False)
    | st.integers(-(10**6), 10**6)
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.just("")
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-0.25, "-0.25"),
        (-0.0, "0"),
        (123456789012.5, "123456789012.5"),
        (True, "true"),
        (date(2021, 3, 4), "2021-03-04"),
        (datetime(2021, 3, 4, 5, 6), "2021-03-04T05:06:00"),
        (time(7, 30), "07:30:00"),
        (timedelta(hours=25, seconds=5), "25:00:05"),
        (timedelta(seconds=-5), "-00:00:05"),
        ("e\u0302\u0323", "ệ"),
        ("a\0b", "ab"),
    ],
)
def test_cells_become_text(value: object, text: str) -> None:
    assert cells.cell_text(value) == text
    assert cells.column_of([value]).to_pylist() == [text]


@given(st.lists(CELLS, max_size=8) | st.lists(st.floats(allow_nan=False), max_size=8))
def test_column_is_its_cells_one_by_one(column: list[object]) -> None:
    found = cells.column_of(column)
    found.validate(full=True)
    for cell, text in zip(column, found.to_pylist(), strict=True):
        if type(cell) is float:
            assert float(text) == cell
        else:
            assert text == (cells.cell_text(cell) or None)


def test_numbers_among_texts_stay_as_they_are_written() -> None:
    assert cells.column_of([1.0, "", "007", 2.5]).to_pylist() == ["1", None, "007", "2.5"]


def test_slice_of_a_column_is_cleaned_like_a_whole_one() -> None:
    column = pa.array(["x", "", "y", None, "e\u0302"] * 3).slice(1, 9)
    expected = [None, "y", None, "ê", "x", None, "y", None, "ê"]
    assert cells.clean_column(column).to_pylist() == expected
