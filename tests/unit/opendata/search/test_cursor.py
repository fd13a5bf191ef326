"""Where a page begins: by number within bounds, by a cursor that says which search it is of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.errors import BadCursor, TooDeep
from opendata.search import cursor
from opendata.search.base import WINDOW, Query

QUERY = Query("đất", {"theme": ["land", "finance"]}, size=20)


@given(st.text(), st.integers(0, 10**9))
def test_cursor_is_read_as_it_was_written(key: str, seen: int) -> None:
    made = cursor.write(QUERY, "title", cursor.Place(key, seen))
    assert made.isascii()
    assert cursor.read(replace(QUERY, after=made), "title") == cursor.Place(key, seen)


def test_page_size_and_order_of_values_do_not_matter() -> None:
    made = cursor.write(QUERY, "title", cursor.Place("a", 1))
    other = Query("đất", {"theme": ["finance", "land"], "format": []}, size=3, after=made)
    assert cursor.read(other, "title").key == "a"
    with pytest.raises(BadCursor):
        cursor.read(other, "modified")


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_no_cursor(after: str) -> None:
    with pytest.raises(BadCursor):
        cursor.read(replace(QUERY, after=after or "x"), "title")


def test_last_hits_are_told_the_last_one_first() -> None:
    place = cursor.by_relevance([f"d{number}" for number in range(9)], 9)
    assert place.last_hits == ["d8", "d7", "d6", "d5", "d4"]
    assert cursor.by_relevance(["a"], 1).last_hits == ["a"]


@pytest.mark.parametrize(
    ("page", "size", "expected"),
    [(1, 20, (0, 20)), (500, 20, (9_980, 20)), (-3, 20, (0, 20)), (1, -5, (0, 0))]
    + [(4, 3_000, (9_000, 1_000)), (1, 10**15, (0, WINDOW)), (7, 0, (0, 0))],
)
def test_window_holds_what_pages_reach(page: int, size: int, expected: tuple[int, int]) -> None:
    assert cursor.window(Query(page=page, size=size)) == expected


@pytest.mark.parametrize(("page", "size"), [(501, 20), (2, 10_000), (10**12, 1)])
def test_page_behind_the_window_is_refused(page: int, size: int) -> None:
    with pytest.raises(TooDeep, match="`after`"):
        cursor.window(Query(page=page, size=size))
