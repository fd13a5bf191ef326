"""Dates, addresses and bytes on the way to a record."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters import mapping

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T23:30:00-05:00", date(2026, 1, 31)),
        ("31/01/2026", date(2026, 1, 31)),
        ("1/2/2026", date(2026, 2, 1)),
        ("2026-02-30", None),
        ("01/31/2026", None),
        ("2026", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_day_is_read_iso_or_day_first(text: str, day: date | None) -> None:
    assert mapping.parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T07:00:00+07:00", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31 01:02:03.5Z", datetime(2026, 1, 31, 1, 2, 3, 500_000, tzinfo=UTC)),
        ("31/01/2026 07:08", datetime(2026, 1, 31, 7, 8, tzinfo=UTC)),
        ("0001-01-01T00:00:00+07:00", None),
        ("2026-01-31T25:00:00", None),
    ],
)
def test_moment_is_aware_and_in_utc(text: str, moment: datetime | None) -> None:
    assert mapping.parse_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://a.example/x", True),
        ("HTTP://a.example", True),
        ("//a.example", False),
        ("http://", False),
        ("http://[::1", False),
        ("javascript:alert(1)//http://a", False),
        ("data:text/csv,a", False),
    ],
)
def test_web_address_is_told_from_others(text: str, is_one: bool) -> None:
    assert mapping.is_web_url(text) is is_one


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("stations", "stations"),
        ("stations/1.0.0", "stations/1.0.0"),
        ("../stations", ""),
        ("https://a.example/schema.json", ""),
        ({"fields": []}, ""),
        (None, ""),
    ],
)
def test_schema_is_named_or_none(value: object, name: str) -> None:
    assert mapping.schema_name(value) == name


@given(_JSON)
def test_bytes_of_a_document_read_back_the_same(value: Any) -> None:
    assert json.loads(mapping.as_bytes(value)) == value


def test_lone_surrogate_survives_as_bytes() -> None:
    assert json.loads(mapping.as_bytes("a\ud800b")) == "a\ud800b"


def test_bytes_do_not_depend_on_the_order_of_keys() -> None:
    assert mapping.as_bytes({"a": 1, "b": 2}) == mapping.as_bytes({"b": 2, "a": 1})
