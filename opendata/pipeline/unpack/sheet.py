"""One sheet as a table: where its labels are, its rows as text, what is broken in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.errors import SourceFailure
from opendata.pipeline.shape import footer, header
from opendata.pipeline.unpack import arrays, cells
from opendata.pipeline.unpack.merged import Range, with_joined_labels
from opendata.pipeline.unpack.order import Order
from opendata.pipeline.unpack.table_file import TableFile
from opendata.pipeline.unpacked import BROKEN, FAILED, Unpacked
from opendata.pipeline.values import Row, filled

_HEAD_ROWS = 300
# In which totals and notes are looked for.
_LAST_ROWS = 300
# What is held as objects of Python at a time.
_BATCH_CELLS = 400_000
_BATCH_ROWS = 32_768

Cells = Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """Rows of `width` cells from the top of the sheet on; `left`: the column where they begin.

    `ranges` count columns from there, `failed` columns of the sheet.
    """

    name: str
    rows: Iterator[Cells]
    width: int
    left: int = 0
    ranges: Sequence[Range] = ()
    failed: dict[int, dict[int, str]] = field(default_factory=dict)


def write_sheet(sheet: Sheet, order: Order, number: int) -> Unpacked | None:
    """Write a sheet as the table of this number; None where it has no rows.

    Raises `SourceFailure`: too-many-columns, unpacked-too-large.
    """
    head = list(islice(sheet.rows, _HEAD_ROWS))
    found = _find(head, sheet, order)
    if found is None:
        return None
    width, start = len(found.labels), found.skip_rows
    held: list[Cells] = []
    with TableFile(order, number, width) as file:
        for chunk in _chunks(chain(head[start:], sheet.rows), sheet.width):
            held += chunk
            whole, held = held[:-_LAST_ROWS], held[-_LAST_ROWS:]
            _write(file, whole, width, _failed_in(sheet, start, len(whole)))
            start += len(whole)
        below, held = _below(held, found.labels, _failed_in(sheet, start, len(held)))
        _write(file, held, width, _failed_in(sheet, start, len(held)))
    if not file.rows:
        return None
    return Unpacked(
        sheet.name,
        found.title,
        found.labels,
        units=found.units,
        apart=(*found.apart, *below.apart),
    )


def _find(head: Sequence[Cells], sheet: Sheet, order: Order) -> header.Header | None:
    texts = [tuple(map(cells.cell_text, row)) for row in head]
    width = max((_used_width(row) for row in texts), default=0)
    most = order.limits.max_columns
    if width > most:
        raise SourceFailure(
            "too-many-columns",
            order.where,
            f"the table has {width} columns, the limit is {most}; "
            "raise tables.max_columns if that is meant",
        )
    trimmed = with_joined_labels([row[:width] for row in texts], sheet.ranges)
    return header.find(trimmed, width=width)


def _used_width(row: Row) -> int:
    return max((index + 1 for index, cell in enumerate(row) if cell.strip()), default=0)


def _below(
    rows: list[Cells], labels: Row, failed: dict[int, dict[int, str]]
) -> tuple[footer.Footer, list[Cells]]:
    """Return what stands below the table in its last rows, and the rows without it."""
    width = len(labels)
    texts = [_texts(row[:width], failed.get(number, {})) for number, row in enumerate(rows)]
    found = footer.find([row if filled(row) else () for row in texts], labels)
    end, left = len(rows), found.skip_last
    while left:
        end -= 1
        left -= bool(filled(texts[end]))
    return found, rows[:end]


def _texts(row: Cells, failed: dict[int, str]) -> Row:
    """Return a row as text, in which a cell that failed is no empty one."""
    return tuple(failed.get(n) or cells.cell_text(cell) for n, cell in enumerate(row))


def _chunks(rows: Iterator[Cells], width: int) -> Iterator[list[Cells]]:
    most = max(1, min(_BATCH_ROWS, _BATCH_CELLS // max(1, width)))
    while chunk := list(islice(rows, most)):
        yield chunk


def _failed_in(sheet: Sheet, start: int, count: int) -> dict[int, dict[int, str]]:
    """Return the failed cells of some rows, both counted from their beginning."""
    if not sheet.failed:
        return {}
    return {
        row - start: {column - sheet.left: text for column, text in of_row.items()}
        for row, of_row in sheet.failed.items()
        if start <= row < start + count
    }


def _write(
    file: TableFile, chunk: list[Cells], width: int, failed: dict[int, dict[int, str]]
) -> None:
    """Write the rows that hold anything; wholly empty rows are no rows."""
    if not chunk:
        return
    columns = [cells.column_of(column) for column in zip(*chunk, strict=True)]
    wide = _filled(columns[width:], len(chunk))
    is_row = wide | _filled(columns[:width], len(chunk))
    is_row[list(failed)] = True
    broken = _broken(columns, wide) if wide.any() else None
    emptied = _emptied(failed, wide, width) if failed else None
    if not is_row.any():
        return
    batch: list[pa.Array | None] = [*columns[:width], broken, emptied]
    if not is_row.all():
        keep = arrays.mask(is_row)
        batch = [None if values is None else values.filter(keep) for values in batch]
    file.write(batch[:width], broken=batch[width], failed=batch[width + 1])


def _filled(columns: Sequence[pa.StringArray], count: int) -> npt.NDArray[np.bool_]:
    filled = np.zeros(count, bool)
    for column in columns:
        if column.null_count < count:
            filled |= arrays.valid(column)
    return filled


def _broken(columns: Sequence[pa.StringArray], wide: npt.NDArray[np.bool_]) -> pa.Array:
    """A row that goes on beyond the labels is broken: all its cells are kept."""
    rows: list[list[str | None] | None] = [None] * len(wide)
    for position in np.flatnonzero(wide).tolist():
        rows[position] = [column[position].as_py() for column in columns]
    return pa.array(rows, BROKEN.type)


def _emptied(
    failed: dict[int, dict[int, str]], wide: npt.NDArray[np.bool_], width: int
) -> pa.Array:
    rows: list[list[dict[str, Any]] | None] = [None] * len(wide)
    for row, of_row in failed.items():
        told = [
            {"column": column, "value": text}
            for column, text in sorted(of_row.items())
            if 0 <= column < width
        ]
        rows[row] = None if wide[row] else told or None
    return pa.array(rows, FAILED.type)
