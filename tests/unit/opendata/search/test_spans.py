"""Spans of days as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.search import fields, spans
from opendata.search.spans import Span

JULY = (date(2025, 7, 1), date(2025, 7, 31))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025", Span(date(2025, 1, 1), date(2025, 12, 31))),
        ("2025-07", Span(*JULY)),
        ("7/2025", Span(*JULY)),
        ("07.2025", Span(*JULY)),
        ("01/07/2025", Span(date(2025, 7, 1), date(2025, 7, 1))),
        ("2025-7-1", Span(date(2025, 7, 1), date(2025, 7, 1))),
        ("2024-02", Span(date(2024, 2, 1), date(2024, 2, 29))),
        ("..2025-07", Span(None, JULY[1])),
        ("01/07/2025..", Span(JULY[0], None)),
        (" 2024 .. 7/2025 ", Span(date(2024, 1, 1), JULY[1])),
        ("2026..2025", Span(date(2026, 1, 1), date(2025, 12, 31))),
        ("..", None),
        ("", None),
        ("2025-02-30", None),
        ("2025-13", None),
        ("0000", None),
        ("32/01/2025", None),
        ("x..2025", None),
        ("2025..x", None),
        ("２０２５", None),
        ("2025 ", Span(date(2025, 1, 1), date(2025, 12, 31))),
        ("2025" + " " * 100, None),
    ],
)
def test_span_is_read_or_none(written: str, expected: Span | None) -> None:
    assert spans.read(written) == expected


@given(st.text(alphabet="0123456789-/. ", max_size=25) | st.text(max_size=20))
def test_any_text_is_a_span_or_none(written: str) -> None:
    span = spans.read(written)
    if span is not None:
        assert span != (None, None)
        assert all(
            abs(number or 0) < 2**63 for number in (*spans.moments(span), *spans.years(span))
        )


def test_days_are_those_of_viet_nam_to_their_last_moment() -> None:
    low, high = spans.moments(Span(*JULY))
    assert low == fields.moment("2025-06-30T17:00:00Z")
    assert high == fields.moment("2025-07-31T16:59:59.999999Z")
    assert spans.moments(Span(None, JULY[1]))[0] is None
