"""Where the labels of a table are: past titles and blank rows, over one row or two.

One function for every format that gives rows of text, CSV and spreadsheets alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opendata.pipeline.values import Row, filled, is_date, is_value, is_year

# A label says what a column is; longer texts are prose.
_MAX_LABEL = 250
_MOST = 0.5


@dataclass(frozen=True)
class Header:
    """The title above a table, its labels, and how many rows lie before the first data row."""

    title: str
    labels: Row
    skip_rows: int


def find(rows: Sequence[Row], *, width: int = 0) -> Header | None:
    """Return where the table starts in the first rows of a file, None if they hold no text.

    `rows` are all rows from the top, blank ones as empty tuples; `width` is given where the file
    itself knows it (a spreadsheet), else it is what most rows have. Without labels the header is
    empty texts.
    """
    if not any(filled(row) for row in rows):
        return None
    start, width = _start(rows, width or _width(rows))
    below = [row for row in rows[start + 1 :] if len(row) == width]
    if not _are_labels(rows[start], below):
        if not _is_sparse_header(rows, start, width):
            return Header(_title(rows[:start]), labels=("",) * width, skip_rows=start)
        start -= 1
    title = _title(rows[:start])
    if start + 1 < len(rows) and _is_second_row(rows[start], rows[start + 1], below[1:]):
        labels = _join(rows[start], rows[start + 1])
        return Header(title=title, labels=labels, skip_rows=start + 2)
    return Header(title=title, labels=rows[start], skip_rows=start + 1)


def _width(rows: Sequence[Row]) -> int:
    """Return the width that most rows have; of equals the one met first."""
    return Counter(len(row) for row in rows if filled(row)).most_common(1)[0][0]


def _start(rows: Sequence[Row], width: int) -> tuple[int, int]:
    """Return the first row of the table, and the table's width."""
    start = _first_dense(rows, width)
    first = next(index for index, row in enumerate(rows) if filled(row))
    if start is None:
        return first, len(rows[first])
    # Labels for more columns than the rows have cells: a damaged table, not a table with a title,
    # which has its text in one cell.
    if first < start and len(rows[first]) > width and filled(rows[first]) >= max(2, width):
        return first, len(rows[first])
    return start, width


def _is_sparse_header(rows: Sequence[Row], start: int, width: int) -> bool:
    """Labels over some columns only look like a title until the next row turns out to be data."""
    if not start or len(rows[start - 1]) != width:
        return False
    below = [row for row in rows[start:] if len(row) == width]
    return _are_labels(rows[start - 1], below)


def _first_dense(rows: Sequence[Row], width: int) -> int | None:
    """Return the first row of the width that is filled like a table and not like a title."""
    of_width = [index for index, row in enumerate(rows) if len(row) == width and filled(row)]
    enough = 1 if width == 1 else max(2, (width + 1) // 2)
    dense = (index for index in of_width if filled(rows[index]) >= enough)
    return next(dense, of_width[0] if of_width else None)


def _are_labels(row: Row, below: Sequence[Row]) -> bool:
    """Labels are texts or years; a number or a date only where the cells below are none."""
    texts = [cell for cell in row if cell.strip()]
    if not texts or any(len(cell) > _MAX_LABEL for cell in texts):
        return False
    if all(is_year(cell) for cell in texts):
        return len(set(texts)) == len(texts) > 1
    if not any(_continues(cell, below, index) for index, cell in enumerate(row)):
        return True
    # `id;1;2;3`: numbers as labels are believed when another label stands over numbers.
    others = [index for index, cell in enumerate(row) if cell.strip() and not is_value(cell)]
    return any(_share(is_value, below, index) > _MOST for index in others)


def _continues(cell: str, below: Sequence[Row], column: int) -> bool:
    """Say whether a cell looks like the first of the values below it."""
    kind = is_date if is_date(cell) else is_value
    if not kind(cell) or is_year(cell):
        return False
    is_alone = not any(row[column].strip() for row in below)
    return is_alone or _share(kind, below, column) > _MOST


def _share(kind: Callable[[str], bool], rows: Sequence[Row], column: int) -> float:
    cells = [row[column] for row in rows if row[column].strip()]
    return sum(map(kind, cells)) / len(cells) if cells else 0.0


def _is_second_row(top: Row, row: Row, below: Sequence[Row]) -> bool:
    """Merged cells: the second row names each column that the first leaves open, and only some."""
    if len(row) != len(top) or not 0 < filled(row) < len(row) or filled(top) == len(top):
        return False
    is_complete = all(a.strip() or b.strip() for a, b in zip(top, row, strict=True))
    has_values = any(is_value(cell) and not is_year(cell) for cell in row)
    is_above_data = any(filled(other) > filled(row) for other in below)
    return is_complete and not has_values and is_above_data


def _join(top: Row, row: Row) -> Row:
    group = ""
    labels = []
    for above, below in zip(top, row, strict=True):
        group = above.strip() or group
        labels.append(f"{group} - {below.strip()}" if below.strip() else above)
    return tuple(labels)


def _title(rows: Sequence[Row]) -> str:
    return " ".join(_text(row) for row in rows if filled(row))


def _text(row: Row) -> str:
    return " ".join(" ".join(cell.split()) for cell in row if cell.strip())
