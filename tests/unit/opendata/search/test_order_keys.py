"""One column an order: newest first, nothing last, ties by id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.search import fields, order_keys, text

BY_NAME = {field.sort: field for field in fields.SORTED}
MODIFIED, TITLE = BY_NAME["modified"], BY_NAME["title"]


def key(value: object, identifier: str = "a") -> str:
    return order_keys.key({"id": identifier, "modified": value, "title_sort": value}, MODIFIED)


def test_newer_dates_come_first_and_none_last() -> None:
    dates = ["9999-12-31", "2025-07-01T00:00:00+00:00", "2025-06-30", "1969-01-01", "0001-01-01"]
    keys = [key(date) for date in [*dates, None]]
    assert keys == sorted(keys)
    assert len({len(made) for made in keys}) == 1


@pytest.mark.parametrize("same", ["2025-07-01T00:00:00Z", "2025-07-01T07:00:00+07:00"])
def test_moments_are_compared_and_not_their_writing(same: str) -> None:
    assert key(same) == key("2025-07-01")


def test_ties_go_by_id() -> None:
    assert key("2025-07-01", "a") < key("2025-07-01", "b")


def test_shorter_title_comes_before_the_longer_one_it_begins() -> None:
    short = order_keys.key({"id": "z", "title_sort": "20"}, TITLE)
    long = order_keys.key({"id": "a", "title_sort": "2020"}, TITLE)
    assert short < long


def test_key_gives_the_id_back() -> None:
    assert order_keys.identifier(key("2025-07-01", "the-id")) == "the-id"


@given(st.lists(st.text(max_size=30), min_size=2, max_size=2))
def test_places_rise_with_keys(titles: list[str]) -> None:
    made = sorted(
        order_keys.key({"id": "a", "title_sort": text.sort_key(title)}, TITLE) for title in titles
    )
    places = [order_keys.place(key) for key in made]
    assert places == sorted(places)
    assert places[-1] < 2**63


def test_key_that_was_not_made_here_stands_first() -> None:
    assert order_keys.place("x\0a") == order_keys.place("") == order_keys.place("²") == 0
