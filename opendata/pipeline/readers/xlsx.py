"""The XLSX reader: cells become text first, then go the way of every other format."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from opendata.errors import SourceFailure
from opendata.pipeline.readers import workbook
from opendata.pipeline.readers.base import BrokenRow, EmptiedCell, TableSource, TextBatch

_BATCH_CELLS = 100_000
# Cells that the file marks as failed: sheet row from 0 -> sheet column from 0 -> text.
FailedCells = dict[int, dict[int, str]]
# From here on a float no longer holds every whole number.
_EXACT = 2**53


def read_xlsx(source: TableSource) -> Iterator[TextBatch]:
    """Yield the rows of one sheet; wholly empty rows are no rows, failed cells are empty."""
    width = len(source.table.header)
    failed = _failed_cells(source)
    with open_workbook(source.table.path, source.where) as book:
        sheet = book.get_sheet_by_name(source.table.name)
        left = sheet.start[1] if sheet.start else 0
        rows = islice(enumerate(sheet.iter_rows()), source.table.skip_rows, None)
        while chunk := list(islice(rows, max(1, _BATCH_CELLS // width))):
            batch = _batch(chunk, width, failed, left)
            if batch.count:
                yield batch


@contextmanager
def open_workbook(path: Path, where: str) -> Iterator[calamine.CalamineWorkbook]:
    """Open a workbook; raises `SourceFailure`: unreadable, also where a sheet turns out broken."""
    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            yield book
    except (calamine.CalamineError, ValueError) as err:
        raise SourceFailure(
            "unreadable", where, f"the workbook cannot be read ({err}); ask the source to mend it"
        ) from err


def cell_text(value: Any) -> str:
    """Return a cell as text: 5.0 as `5`, dates ISO, booleans `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return unicodedata.normalize("NFC", str(value)).replace("\0", "")


def row_cell(value: Any) -> str | None:
    """Return a cell as text, None when it is empty."""
    return cell_text(value) or None


def _failed_cells(source: TableSource) -> FailedCells:
    try:
        cells = workbook.error_cells(
            source.table.path, source.table.name, max_bytes=source.limits.max_spreadsheet_bytes
        )
    except workbook.DAMAGED as err:
        raise SourceFailure("unreadable", source.where, f"the workbook is damaged ({err})") from err
    by_row: FailedCells = {}
    for (row, column), value in cells.items():
        by_row.setdefault(row, {})[column] = value
    return by_row


def _batch(
    chunk: list[tuple[int, list[Any]]], width: int, failed: FailedCells, left: int
) -> TextBatch:
    whole: list[list[str | None]] = []
    rows: list[int] = []
    broken: list[BrokenRow] = []
    emptied: list[EmptiedCell] = []
    count = 0
    for position, values in chunk:
        cells = [row_cell(value) for value in values]
        errors = failed.get(position, {})
        if not errors and not any(cells):
            continue
        count += 1
        if any(cells[width:]):
            broken.append(BrokenRow(row=count, code="row-width", cells=tuple(cells)))
            continue
        rows.append(count)
        whole.append((cells + [None] * width)[:width])
        emptied += [
            EmptiedCell(row=count, column=column - left, value=value)
            for column, value in errors.items()
            if 0 <= column - left < width
        ]
    return TextBatch(
        columns=tuple(pa.array([row[i] for row in whole], pa.string()) for i in range(width)),
        rows=np.array(rows, np.int64),
        count=count,
        broken=tuple(broken),
        emptied=tuple(emptied),
    )
