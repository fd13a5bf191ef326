"""Where the labels of a table are: past titles and blank rows, over one row or several.

One function for every format that gives rows of text, CSV and spreadsheets alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from opendata.pipeline.apart import Apart
from opendata.pipeline.shape import footer, labels, units
from opendata.pipeline.values import Row, filled, is_date, is_value, is_year

# A label says what a column is; longer texts are prose.
_MAX_LABEL = 250
_MOST = 0.5


@dataclass(frozen=True)
class Header:
    """The title above a table, its labels, and how many rows lie before the first data row.

    `units` of each column and `apart` are of rows that are neither labels nor data.
    """

    title: str
    labels: Row
    skip_rows: int
    units: Row = ()
    apart: tuple[Apart, ...] = ()


def find(rows: Sequence[Row], *, width: int = 0) -> Header | None:
    """Return where the table starts in the first rows of a file, None if they hold no text.

    `rows` are all rows from the top, blank ones as empty tuples; `width` is given where the file
    itself knows it (a spreadsheet), else it is what most rows have. Without labels the header is
    empty texts.
    """
    if not any(filled(row) for row in rows):
        return None
    comments = _comments(rows, width or _width(rows))
    if comments == len(rows):
        comments = 0
    above, rows = rows[:comments], [()] * comments + list(rows[comments:])
    start, width = _start(rows, width or _width(rows))
    below = [row for row in rows[start + 1 :] if len(row) == width]
    if not _are_labels(rows[start], below):
        if not _is_sparse_header(rows, start, width):
            return _below_labels(Header(_title(rows[:start]), ("",) * width, start), rows, above)
        start -= 1
    depth = labels.depth(rows[start:])
    joined = labels.join(rows[start : start + depth])
    return _below_labels(Header(_title(rows[:start]), joined, start + depth), rows, above)


def _below_labels(found: Header, rows: Sequence[Row], comments: Sequence[Row]) -> Header:
    """Keep what the lines above say of units, and go on past rows below the labels that are no
    data: units, numbers of columns, a total of what follows."""
    said = [*comments, *(row for row in rows[: found.skip_rows] if units.is_said(row))]
    notes = [_apart("note", row) for row in said if filled(row)]
    found = replace(found, apart=tuple(notes))
    if not any(found.labels):
        return found
    while (further := _past_one(found, rows)) is not None:
        found = further
    return found


def _past_one(found: Header, rows: Sequence[Row]) -> Header | None:
    """Return the header with the next row set apart, None where it is data."""
    skip = found.skip_rows
    row = next(iter(rows[skip : skip + 1]), ())
    below = rows[skip + 1 :]
    if not any(map(filled, below)):
        return None  # the only row of a table is its data
    kinds = {apart.kind for apart in found.apart}
    of_columns = units.units_of(row, found.labels, below)
    if of_columns and not found.units:
        return _past(found, "units", row, of_columns)
    if units.is_numbering(row, found.labels, below):
        return _past(found, "note", row, found.units)
    if "total" not in kinds and below and footer.is_total(row, below, found.labels):
        return _past(found, "total", row, found.units)
    return None


def _past(found: Header, kind: str, row: Row, of_columns: Row) -> Header:
    apart = (*found.apart, _apart(kind, row))
    return replace(found, skip_rows=found.skip_rows + 1, units=of_columns, apart=apart)


def _apart(kind: str, row: Row) -> Apart:
    return Apart(kind, tuple(cell or None for cell in row))


def _comments(rows: Sequence[Row], width: int) -> int:
    """Count the lines at the top that speak to programs: `# …`, `sep=;`."""
    first = next(index for index, row in enumerate(rows) if filled(row))
    if rows[first][0].lower().startswith("sep=") and filled(rows[first]) == 1:
        return first + 1
    for index, row in enumerate(rows):
        # `#` may be the label of the first column.
        if filled(row) and (not row[0].startswith("#") or len(row) == width > 1):
            return index
    return len(rows)


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


def _title(rows: Sequence[Row]) -> str:
    return " ".join(_text(row) for row in rows if filled(row))


def _text(row: Row) -> str:
    return " ".join(" ".join(cell.split()) for cell in row if cell.strip())
