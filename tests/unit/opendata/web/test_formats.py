"""Dates, numbers and sizes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from opendata.web import formats


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [(0, "0", "0"), (1234567, "1.234.567", "1,234,567"), (1234.5, "1.234,5", "1,234.5")],
)
def test_number_is_grouped_by_language(value: float, vietnamese: str, english: str) -> None:
    assert formats.number(value, "vi") == vietnamese
    assert formats.number(value, "en") == english


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_960, "1 MB"),
        (1_250_000, "1,2 MB"),
        (5_000_000_000_000_000, "5.000 TB"),
    ],
)
def test_size_has_one_decimal_and_a_unit(count: int, shown: str) -> None:
    assert formats.size(count, "vi") == shown


def test_day_of_a_time_is_the_day_in_hanoi() -> None:
    late = datetime(2025, 12, 31, 17, 30, tzinfo=UTC)
    assert formats.day(late) == "01/01/2026"
    assert formats.moment(late) == "01/01/2026 00:30"


@pytest.mark.parametrize("value", [date(2025, 7, 1), "2025-07-01", "2025-06-30T20:00:00+00:00"])
def test_day_takes_dates_and_iso_text(value: date | str) -> None:
    assert formats.day(value) == "01/07/2025"
