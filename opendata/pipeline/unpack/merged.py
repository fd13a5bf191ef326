"""Labels in merged cells: one text over several columns or rows, told only by the file itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opendata.pipeline.values import Row, is_value, is_year

_MOST_LEVELS = 8


@dataclass(frozen=True)
class Range:
    """Merged cells, first and last included, counted from 0 in the rows at hand."""

    top: int
    left: int
    bottom: int
    right: int


def with_joined_labels(rows: Sequence[Row], ranges: Sequence[Range]) -> list[Row]:
    """Return the rows with the labels of each column joined in the last row of a merged header.

    A merged label counts for all its columns. The other rows of the header become blank, so that
    what follows finds one row of labels. Rows without such a header come back as they are.
    """
    block = _header(rows, _of_labels(rows, ranges))
    if block is None:
        return list(rows)
    top, labels = block
    bottom = top + len(labels) - 1
    joined = tuple(map(_join, zip(*labels, strict=True)))
    blank = [("",) * len(joined)] * (len(labels) - 1)
    return [*rows[:top], *blank, joined, *rows[bottom + 1 :]]


def _of_labels(rows: Sequence[Row], ranges: Sequence[Range]) -> list[Range]:
    """Leave out titles over the whole width, and letterheads: one text over the first columns and
    another beside it, where a table has the names of its rows."""
    inside = [merged for merged in ranges if merged.top < len(rows)]
    titles = {m.top for m in inside if m.left == 0 < m.right and rows[m.top][0].strip()}
    return [merged for merged in inside if merged.top not in titles]


def _header(rows: Sequence[Row], ranges: Sequence[Range]) -> tuple[int, list[Row]] | None:
    """Return the first row of the merged header, and its rows with merged labels spread."""
    for top in sorted({merged.top for merged in ranges}):
        bottom = _last_row(top, ranges)
        if bottom == top or bottom + 1 >= len(rows) or bottom - top >= _MOST_LEVELS:
            continue
        spread = _spread(rows[top : bottom + 1], top, ranges)
        if _are_labels(spread):
            return top, spread
    return None


def _last_row(top: int, ranges: Sequence[Range]) -> int:
    """Return the last row of labels below a first one: a label over columns has some below it."""
    bottom = top
    while bottom - top < _MOST_LEVELS:
        inside = [merged for merged in ranges if top <= merged.top <= bottom]
        reach = max(m.bottom + (1 if m.right > m.left and m.top == m.bottom else 0) for m in inside)
        if reach <= bottom:
            return bottom
        bottom = reach
    return bottom


def _spread(rows: Sequence[Row], top: int, ranges: Sequence[Range]) -> list[Row]:
    cells = [list(row) for row in rows]
    for merged in ranges:
        if not top <= merged.top < top + len(rows) or merged.left >= len(cells[0]):
            continue
        text = cells[merged.top - top][merged.left]
        line = cells[merged.top - top]
        for column in range(merged.left, min(merged.right + 1, len(line))):
            line[column] = text
    return [tuple(line) for line in cells]


def _are_labels(rows: Sequence[Row]) -> bool:
    """Labels tell columns apart, which the merged lines of a letterhead do not; and are no data."""
    texts = [label for label in map(_join, zip(*rows, strict=True)) if label]
    if len(texts) < max(2, (len(rows[0]) + 1) // 2) or len(set(texts)) < len(texts):
        return False
    return not any(is_value(cell) and not is_year(cell) for row in rows for cell in row)


def _join(cells: Sequence[str]) -> str:
    """Join what stands over a column, each text once."""
    return " - ".join(dict.fromkeys(text for cell in cells if (text := cell.strip())))
