"""Spreadsheets: every visible sheet that has rows is a table. Runs in a confined child."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import python_calamine as calamine

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.unpack import manifest, workbook
from opendata.pipeline.unpack.failed_cells import FailedCells, failed_cells
from opendata.pipeline.unpack.merged import Range
from opendata.pipeline.unpack.order import Order, from_words
from opendata.pipeline.unpack.sheet import Sheet, write_sheet
from opendata.pipeline.unpacked import Unpacked
from opendata.records import Problem

_ZIPPED = ("xlsx", "xlsb", "ods")
# What the library says of a sheet that is too large whatever the machine.
_OWN_LIMIT = "Cell limit"


def unpack(words: Sequence[str], _: bytes) -> bytes:
    """Write the tables of a spreadsheet; the task of a child, see `frame.py`.

    Raises `SourceFailure`: unreadable, encrypted, too-many-columns, too-many-cells,
    unpacked-too-large.
    """
    # Cells are millions of objects in no circle, which would be looked at again and again.
    gc.disable()
    order = from_words(words)
    size = _measured(order)
    tables: list[Unpacked] = []
    problems: list[Problem] = []
    with _open(order) as book:
        cells = 0
        for about in book.sheets_metadata:
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            if about.visible != calamine.SheetVisibleEnum.Visible:
                problems.append(Problem("hidden-sheet", field=about.name))
                continue
            with _readable(order):
                content = book.get_sheet_by_name(about.name)
            cells += content.height * content.width
            if cells > order.limits.max_spreadsheet_cells:
                raise _too_many_cells(order)
            found = write_sheet(_sheet(content, about.name, order, size), order, len(tables))
            if found is None:
                problems.append(Problem("empty-sheet", field=about.name))
            else:
                tables.append(found)
    return manifest.to_json(tables, problems)


def _measured(order: Order) -> workbook.Size:
    """Count before anything is parsed; only what is in a zip can grow when it is opened."""
    if order.kind not in _ZIPPED:
        if workbook.is_locked(Path(order.path)):
            raise _encrypted(order)
        return workbook.Size(0, 0)
    limits: Tables = order.limits
    max_bytes, max_cells = limits.max_spreadsheet_bytes, limits.max_spreadsheet_cells
    with _readable(order):
        size = workbook.measure(Path(order.path), max_bytes=max_bytes, max_cells=max_cells)
    if size.bytes > max_bytes or size.cells > max_cells:
        raise _too_many_cells(order)
    return size


def _sheet(content: calamine.CalamineSheet, name: str, order: Order, size: workbook.Size) -> Sheet:
    left = content.start[1] if content.start else 0
    ranges = [
        Range(top, first - left, bottom, last - left)
        for (top, first), (bottom, last) in content.merged_cell_ranges or ()
        if first >= left
    ]
    return Sheet(name, content.iter_rows(), content.width, left, ranges, _failed(order, name, size))


def _failed(order: Order, name: str, size: workbook.Size) -> FailedCells:
    if order.kind != "xlsx":
        return {}
    with _readable(order):
        path, most = Path(order.path), order.limits.max_spreadsheet_bytes
        return failed_cells(path, name, size, max_bytes=most)


@contextmanager
def _open(order: Order) -> Iterator[calamine.CalamineWorkbook]:
    # The library goes by the ending of the name, which says nothing.
    link = Path(order.folder) / f"book.{order.kind}"
    link.symlink_to(order.path)
    with _readable(order):
        book = calamine.CalamineWorkbook.from_path(str(link))
    with book:
        yield book


@contextmanager
def _readable(order: Order) -> Iterator[None]:
    """Turn what readers raise over a damaged file into a sentence."""
    try:
        yield
    except calamine.PasswordError as err:
        raise _encrypted(order) from err
    except (calamine.CalamineError, *workbook.DAMAGED) as err:
        if _OWN_LIMIT in str(err):
            raise _too_many_cells(order) from err
        raise SourceFailure(
            "unreadable",
            order.where,
            f"the workbook cannot be read ({err}); ask the source to mend it",
        ) from err


def _encrypted(order: Order) -> SourceFailure:
    return SourceFailure(
        "encrypted",
        order.where,
        "the workbook asks for a password; ask the source for one without",
    )


def _too_many_cells(order: Order) -> SourceFailure:
    return SourceFailure(
        "too-many-cells",
        order.where,
        f"the workbook has more than {order.limits.max_spreadsheet_cells} cells or "
        f"{order.limits.max_spreadsheet_bytes} bytes; ask the source for CSV",
    )
