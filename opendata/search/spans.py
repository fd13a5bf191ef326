"""Spans of days as people write them: `2025`, `06/2025`, `01/07/2025..`, `2025-01..2025-06`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

from opendata.search import fields

# Days are those of Viet Nam, as pages show them; it has no summer time.
_HANOI = timezone(timedelta(hours=7))
_LONGEST = 40
_FORMS = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?", re.ASCII),
    re.compile(r"(?:(?:(?P<day>\d{1,2})[/.-])?(?P<month>\d{1,2})[/.-])(?P<year>\d{4})", re.ASCII),
)


class Span(NamedTuple):
    """First and last day, both included; None leaves an end open, not both."""

    first: date | None
    last: date | None


def read(written: str) -> Span | None:
    """Return the span, None where the text is none; a span that ends before it starts is one."""
    if len(written) > _LONGEST:
        return None
    start, dots, end = written.strip().partition("..")
    first = _days(start.strip())
    last = _days(end.strip()) if dots else first
    # An end may be left open, but what stands there must be a date.
    if not (first or last) or (start.strip() and not first) or (end.strip() and not last):
        return None
    return Span(first.first if first else None, last.last if last else None)


def moments(span: Span) -> tuple[int | None, int | None]:
    """Return the first and the last microsecond of a span, counted as `fields.moment` does."""
    return (
        _moment(span.first, time.min) if span.first else None,
        _moment(span.last, time.max) if span.last else None,
    )


def years(span: Span) -> tuple[int | None, int | None]:
    """Return the first and the last year of a span."""
    return span.first.year if span.first else None, span.last.year if span.last else None


def _moment(day: date, at: time) -> int:
    return fields.moment(datetime.combine(day, at, tzinfo=_HANOI).isoformat())


def _days(written: str) -> Span | None:
    """Return the days of a year, a month or a day."""
    match = next((found for form in _FORMS if (found := form.fullmatch(written))), None)
    if match is None:
        return None
    year = int(match["year"])
    first_month, last_month = _bounds(match["month"], 12)
    try:
        first_day, last_day = _bounds(match["day"], monthrange(year, last_month)[1])
        return Span(date(year, first_month, first_day), date(year, last_month, last_day))
    except ValueError:
        return None


def _bounds(written: str | None, last: int) -> tuple[int, int]:
    return (int(written), int(written)) if written else (1, last)
