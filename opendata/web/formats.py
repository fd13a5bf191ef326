"""Dates, numbers and sizes as people in Viet Nam and abroad read them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

# Viet Nam has kept UTC+7 without summer time since 1975, so no time zone database is needed.
_HANOI = timezone(timedelta(hours=7))
_UNITS = ("B", "kB", "MB", "GB", "TB")


def number(value: float, language: str) -> str:
    """Write 1234567.5 as `1.234.567,5` in Vietnamese and `1,234,567.5` in English."""
    text = f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def size(count: int, language: str) -> str:
    """Write a number of bytes with its unit, in powers of 1000: `1,2 MB`."""
    amount, unit = float(count), 0
    while amount >= 999.95 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    shown = round(amount, 1)
    return f"{number(int(shown) if shown == int(shown) else shown, language)} {_UNITS[unit]}"


def day(value: date | datetime | str) -> str:
    """Write a date as `31/12/2025`; a time is first brought to Hanoi; text is ISO 8601."""
    return local(value).strftime("%d/%m/%Y")


def moment(value: datetime) -> str:
    """Write a time as `31/12/2025 23:59`, in Hanoi."""
    return local(value).strftime("%d/%m/%Y %H:%M")


def local(value: date | datetime | str) -> date | datetime:
    """Return a time in Hanoi; a bare date and a time without zone stay as they are."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(_HANOI)
    return value
