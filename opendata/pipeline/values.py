"""What a cell of text looks like: empty, a value, or a label. For finding headers."""

from __future__ import annotations

import re

Row = tuple[str, ...]

_YEAR = re.compile(r"(19|20)\d\d")
_NUMBER = re.compile(r"[+-]?\d[\d.,\s]*%?|[+-]?[.,]\d+|[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d\d.*)?")


def is_date(cell: str) -> bool:
    """Say whether a cell is a date in numbers."""
    return _DATE.fullmatch(cell.strip()) is not None


def is_value(cell: str) -> bool:
    """Say whether a cell is a number or a date, as data has and labels seldom are."""
    return is_date(cell) or _NUMBER.fullmatch(cell.strip()) is not None


def is_year(cell: str) -> bool:
    """Say whether a cell is a year, which is a common label of a column."""
    return _YEAR.fullmatch(cell.strip()) is not None


def filled(row: Row) -> int:
    """Count the cells that hold text."""
    return sum(1 for cell in row if cell.strip())
