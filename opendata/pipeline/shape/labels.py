"""Labels of columns over one row, two or three, as merged cells make them."""

from __future__ import annotations

from collections.abc import Sequence

from opendata.pipeline.shape import units
from opendata.pipeline.values import Row, filled, is_value, is_year

_MOST_ROWS = 3
_MOST = 0.5


def depth(rows: Sequence[Row]) -> int:
    """Return over how many rows, from the first given, the labels go.

    Each row below the first names columns that the rows above leave open, or parts of a group.
    """
    top = rows[0]
    if filled(top) == len(top):
        return 1
    count = 1
    while count < min(_MOST_ROWS, len(rows)) and _may_go_on(rows, count):
        count += 1
    while count > 1 and not _is_complete(rows[:count]):
        count -= 1
    return count


def join(rows: Sequence[Row]) -> Row:
    """Return one label for each column: those of its rows, from the top, joined by ` - `."""
    top, *rest = rows
    for row in rest:
        top = _join(top, row)
    return top


def _may_go_on(rows: Sequence[Row], count: int) -> bool:
    """Say whether the row after `count` rows of labels is one, too."""
    row, below = rows[count], [other for other in rows[count + 1 :] if len(other) == len(rows[0])]
    if len(row) != len(rows[0]) or not 0 < filled(row) < len(row):
        return False
    if any(is_value(cell) and not is_year(cell) for cell in row):
        return False
    if units.units_of(row, rows[0], below) or units.is_numbering(row, rows[0], below):
        return False
    if not any(filled(other) > filled(row) for other in below):
        return False
    # Once each column has its label, only words over numbers are labels and not a row with holes.
    return not _is_complete(rows[:count]) or all(
        _is_over_values(below, index) for index, cell in enumerate(row) if cell.strip()
    )


def _is_complete(rows: Sequence[Row]) -> bool:
    return all(any(cell.strip() for cell in column) for column in zip(*rows, strict=True))


def _is_over_values(rows: Sequence[Row], column: int) -> bool:
    cells = [row[column] for row in rows if row[column].strip()]
    return bool(cells) and sum(map(is_value, cells)) > len(cells) * _MOST


def _join(top: Row, row: Row) -> Row:
    group = ""
    labels = []
    for above, below in zip(top, row, strict=True):
        group = above.strip() or group
        labels.append(f"{group} - {below.strip()}" if below.strip() else above)
    return tuple(labels)
