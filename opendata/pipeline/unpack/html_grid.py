"""A table of HTML as rows of text: cells that span are laid out, header rows are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.pipeline.values import Row

# As browsers bound them.
_MOST_COLUMNS = 1_000
_MOST_ROWS = 65_534
_CELLS = ("td", "th")


@dataclass(frozen=True)
class Grid:
    """Rows of one width, the first `head` of which are labels; what the caption says."""

    rows: list[Row]
    head: int
    caption: str


@dataclass
class _Span:
    """A cell that reaches down into more rows."""

    text: str
    rows: int


def of_table(table: Any) -> Grid:
    """Return the grid of an element `table` that holds no other."""
    lines = list(_lines(table))
    head = 0
    while head < len(lines) and _is_head(lines[head]):
        head += 1
    rows = list(_laid_out(lines, head))
    width = max(map(len, rows), default=0)
    padded = [row + ("",) * (width - len(row)) for row in rows]
    filled = [any(row) for row in padded]
    head = sum(filled[:head])
    caption = next(table.iterchildren("caption"), None)
    return Grid(
        [row for row, is_filled in zip(padded, filled, strict=True) if is_filled],
        head,
        "" if caption is None else text_of(caption),
    )


def labels(rows: Sequence[Row]) -> tuple[str, Row]:
    """Return the title and the labels that rows of header cells give: `Quy mô - Dân số`."""
    title = []
    while len(rows) > 1 and len({text for text in rows[0] if text}) == 1:
        title.append(next(text for text in rows[0] if text))
        rows = rows[1:]
    columns = zip(*rows, strict=True)
    joined = (" - ".join(dict.fromkeys(text for text in column if text)) for column in columns)
    return " ".join(title), tuple(joined)


def text_of(element: Any) -> str:
    """Return the text in an element on one line."""
    return " ".join("".join(element.itertext()).split())


def _lines(table: Any) -> Iterator[Any]:
    """Yield the rows of a table; a footer may be written before the body."""
    rows = list(table.iter("tr"))
    yield from (row for row in rows if row.getparent().tag != "tfoot")
    yield from (row for row in rows if row.getparent().tag == "tfoot")


def _is_head(line: Any) -> bool:
    cells = list(line.iterchildren(*_CELLS))
    in_head = line.getparent().tag == "thead"
    return in_head or (bool(cells) and all(cell.tag == "th" for cell in cells))


def _laid_out(lines: Sequence[Any], head: int) -> Iterator[Row]:
    """Yield each row; what spans rows stands in each of them, what spans columns of data only in
    the first of them: a text over several columns is no value of each.
    """
    reaching: dict[int, _Span] = {}
    for number, line in enumerate(lines):
        cells = _taken_by(reaching)
        place = 0
        for cell in line.iterchildren(*_CELLS):
            text, down = text_of(cell), _span(cell, "rowspan", _MOST_ROWS)
            while place in cells:
                place += 1
            for step in range(_span(cell, "colspan", _MOST_COLUMNS)):
                shown = text if number < head or not step else ""
                cells[place] = shown
                if down > 1:
                    reaching[place] = _Span(shown, down - 1)
                place += 1
        yield tuple(cells.get(place, "") for place in range(max(cells, default=-1) + 1))


def _taken_by(reaching: dict[int, _Span]) -> dict[int, str]:
    """Return the cells that come from rows above; of each of them one row less is left."""
    cells = {place: span.text for place, span in reaching.items()}
    for place, span in list(reaching.items()):
        span.rows -= 1
        if not span.rows:
            del reaching[place]
    return cells


def _span(cell: Any, name: str, most: int) -> int:
    text = cell.get(name, "1").strip()
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() else 1
