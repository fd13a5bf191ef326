"""Whether a row is the sum of other rows, whatever marks the numbers are written with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from opendata.pipeline.values import Row

# What stands between thousands, and before decimals; spaces between thousands are left out.
_WRITINGS = ((".", ","), (",", "."))
_NUMBERS = {
    (thousands, decimal): re.compile(rf"-?(\d+|\d{{1,3}}(\{thousands}\d{{3}})+)(\{decimal}\d+)?")
    for thousands, decimal in _WRITINGS
}
# What is written where there is no number.
_MISSING = frozenset({"", "-", "–", "—", ".", "..", "...", "…", "x", "n/a"})
# Fewer rows may have an equal sum by chance.
_MIN_ROWS = 2


def is_sum(total: Row, rows: Sequence[Row]) -> bool:
    """Say whether a column of `total` is the sum of that column in `rows`, and no other column
    contradicts: a number between the least and the greatest is an average or a density, and
    rounded values may miss their rounded sum."""
    return any(_is_sum(total, rows, *writing) for writing in _WRITINGS)


def _is_sum(total: Row, rows: Sequence[Row], thousands: str, decimal: str) -> bool:
    sums = 0
    for column, cell in enumerate(total):
        told = _number(cell, thousands, decimal)
        if told is None:
            continue
        texts = [row[column].strip().lower() for row in rows if column < len(row)]
        values = [_number(text, thousands, decimal) for text in texts if text not in _MISSING]
        known = [value for value in values if value is not None]
        if len(known) < len(values) or len(known) < _MIN_ROWS:
            continue
        missed = abs(sum(known) - told)
        if not missed and sum(map(bool, known)) > 1:
            sums += 1
        elif not min(known) <= told <= max(known) and missed > _rounding(told, len(known)):
            return False
    return sums > 0


def _number(cell: str, thousands: str, decimal: str) -> Decimal | None:
    text = "".join(cell.split())
    if not _NUMBERS[thousands, decimal].fullmatch(text):
        return None
    return Decimal(text.replace(thousands, "").replace(decimal, "."))


def _rounding(told: Decimal, rows: int) -> Decimal:
    """Return by how much rounded values may miss their rounded sum; whole numbers are counts."""
    exponent = told.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return Decimal(0)
    return Decimal(5).scaleb(exponent - 1) * rows
