"""What was found in a batch, as lines of the quarantine: by row, each with its whole text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opendata.pipeline.readers.base import TextBatch
from opendata.pipeline.table.checks import Checked
from opendata.pipeline.table.keys import Mask
from opendata.pipeline.table.plan import Key, TablePlan
from opendata.pipeline.table.quarantine import Line, Quarantine
from opendata.pipeline.table.rules import rule_of, rule_of_key, rule_of_width

Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class KeyFinding:
    """Rows of a batch that repeat a key, as positions in the batch."""

    key: Key
    positions: npt.NDArray[np.intp]


def key_findings(
    planned: TablePlan, flags: Sequence[Mask], places: npt.NDArray[np.intp]
) -> list[KeyFinding]:
    """Return the keys with repeats; `flags` are of the rows at `places` of the batch."""
    # Flags of references are there in a second pass only.
    pairs = zip((*planned.keys, *planned.references), flags, strict=False)
    return [KeyFinding(key, places[flag]) for key, flag in pairs if flag.any()]


def lines(
    batch: TextBatch,
    checked: Checked,
    repeated: Sequence[KeyFinding],
    planned: TablePlan,
    read: int,
) -> list[Line]:
    """Return the problems of a batch by row; `read` rows of the table came before it."""
    found = list(_broken(batch, planned, read))
    positions = [finding.positions for finding in checked.findings]
    positions += [finding.positions for finding in repeated]
    if positions:
        places = np.unique(np.concatenate(positions))
        cells = dict(zip(places.tolist(), batch.cells(places), strict=True))
        found += _of_cells(batch, checked, cells, read)
        found += _of_keys(batch, repeated, planned, cells, read)
    return sorted(found, key=lambda line: line.row)


def note_emptied(batch: TextBatch, planned: TablePlan, bad: Quarantine, read: int) -> None:
    """A failed cell of a spreadsheet is an empty one: its row counts, and so does the problem."""
    for cell in batch.emptied:
        of = planned.columns[cell.column]
        rule = rule_of(of, "type")
        bad.note("type", of.column.name, cell.value, row=read + cell.row, rule=rule)


def _broken(batch: TextBatch, planned: TablePlan, read: int) -> Iterator[Line]:
    names = [of.column.name for of in planned.columns]
    for row in batch.broken:
        column = "" if row.column is None else names[row.column]
        rule = rule_of_width(len(names)) if row.code == "row-width" else ""
        yield Line(read + row.row, column, row.code, row.value, row.cells, rule)


def _of_cells(
    batch: TextBatch, checked: Checked, cells: dict[int, Cells], read: int
) -> Iterator[Line]:
    for finding in checked.findings:
        name, index = finding.column.column.name, finding.column.index
        for position in finding.positions.tolist():
            row = cells[position]
            number = read + int(batch.rows[position])
            yield Line(number, name, finding.code, row[index] or "", row, finding.rule)


def _of_keys(
    batch: TextBatch,
    repeated: Sequence[KeyFinding],
    planned: TablePlan,
    cells: dict[int, Cells],
    read: int,
) -> Iterator[Line]:
    index = {of.column.name: of.index for of in planned.columns}
    for finding in repeated:
        key = finding.key
        for position in finding.positions.tolist():
            row = cells[position]
            value = ", ".join(row[index[name]] or "" for name in key.names)
            number = read + int(batch.rows[position])
            yield Line(number, key.label, key.code, value, row, rule_of_key(key))
