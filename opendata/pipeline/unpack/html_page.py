"""HTML: each table of data in a page is a table, those that only lay out the page are not. Runs in
a confined child; the page is in UTF-8, whatever it says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from opendata.errors import SourceFailure
from opendata.pipeline.shape import header
from opendata.pipeline.unpack import html_grid, manifest
from opendata.pipeline.unpack.distinct import distinct
from opendata.pipeline.unpack.html_grid import Grid
from opendata.pipeline.unpack.order import Order, from_words
from opendata.pipeline.unpack.record_table import Rows, write_records
from opendata.pipeline.unpacked import Unpacked
from opendata.pipeline.values import Row

_HEAD_ROWS = 300
_MOST_TABLES = 100
_LONGEST_NAME = 120
_LAYOUT = ("presentation", "none")
_OF_FORMS = ("form", "input", "select", "textarea")


def unpack(words: Sequence[str], _: bytes) -> bytes:
    """Write the tables of a web page; the task of a child, see `frame.py`.

    Raises `SourceFailure`: not-tabular, too-many-columns, unpacked-too-large.
    """
    order = from_words(words)
    grids = [grid for grid in _grids(order) if len(grid.rows) > 1 and len(grid.rows[0]) > 1]
    if not grids or len(grids) > _MOST_TABLES:
        raise SourceFailure("not-tabular", order.where, "the page holds no table of data")
    tables: list[Unpacked] = []
    for name, grid in zip(_names(grids), grids, strict=True):
        found = _write(name, grid, order, len(tables))
        tables += [found] if found else []
    return manifest.to_json(tables, [])


def _grids(order: Order) -> Iterator[Grid]:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    page = etree.parse(order.path, parser).getroot()
    if page is None:
        return
    etree.strip_elements(page, "script", "style", "template", with_tail=False)
    for line_break in page.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    for table in page.iter("table"):
        other = next(table.iterdescendants("table", *_OF_FORMS), None)
        if other is None and table.get("role") not in _LAYOUT:
            yield html_grid.of_table(table)


def _names(grids: Sequence[Grid]) -> list[str]:
    """Name each table by its caption, else by its place in the page; one needs no name."""
    if len(grids) == 1:
        return [""]
    captions = [grid.caption[:_LONGEST_NAME] for grid in grids]
    return distinct(
        caption if caption and captions.count(caption) == 1 else f"table-{place}"
        for place, caption in enumerate(captions, start=1)
    )


def _write(name: str, grid: Grid, order: Order, number: int) -> Unpacked | None:
    title, labels, data = _parts(grid)
    if len(labels) > order.limits.max_columns:
        raise SourceFailure(
            "too-many-columns",
            order.where,
            f"the table has {len(labels)} columns, the limit is {order.limits.max_columns}; "
            "raise tables.max_columns if that is meant",
        )
    ways = tuple(map(str, range(len(labels))))
    items = (dict(zip(ways, row, strict=True)) for row in data)
    rows = Rows(items, ways, weight=lambda: 0, labels=labels, has_kinds=False)
    found = write_records(name, rows, order, number)
    return replace(found, title=" ".join(filter(None, (grid.caption, title)))) if found else None


def _parts(grid: Grid) -> tuple[str, Row, Sequence[Row]]:
    """Return the title, the labels and the rows: as the header cells say, else as they look."""
    if 0 < grid.head < len(grid.rows):
        return *html_grid.labels(grid.rows[: grid.head]), grid.rows[grid.head :]
    found = header.find(grid.rows[:_HEAD_ROWS], width=len(grid.rows[0]))
    if found is None:
        return "", (), ()
    return found.title, found.labels, grid.rows[found.skip_rows :]
