"""One table from its file to Parquet and quarantine: one streaming pass of bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.pipeline.readers import READERS
from opendata.pipeline.readers.base import TableSource, TextBatch
from opendata.pipeline.state import BuiltTable
from opendata.pipeline.table import casts, infer, plan, repeats
from opendata.pipeline.table.checks import Checked, Checker
from opendata.pipeline.table.keys import KeyWatch
from opendata.pipeline.table.parquet import TableWriter
from opendata.pipeline.table.plan import TablePlan
from opendata.pipeline.table.quarantine import Line, Quarantine
from opendata.pipeline.table.rules import rule_of, rule_of_width
from opendata.services.table_schemas import TableSchema

Item = TypeVar("Item")


@dataclass(frozen=True)
class Files:
    """Where a table and its bad rows are written."""

    parquet: Path
    quarantine: Path


def build_table(source: TableSource, schema: TableSchema | None, files: Files) -> BuiltTable:
    """Read, check and write one table; rows with problems go to quarantine, never away.

    Raises `SourceFailure` where the file cannot be read to its end.
    """
    planned = _plan(source, schema)
    with Quarantine(files.quarantine, max_samples=source.limits.max_problem_samples) as bad:
        read, writer = _stream(source, planned, files.parquet, bad)
    return BuiltTable(
        name=source.table.name,
        title=source.table.title,
        columns=tuple(column.column for column in planned.columns),
        rows_read=read,
        rows_accepted=writer.rows,
        rows_quarantined=read - writer.rows,
        parquet=files.parquet,
        row_group_offsets=writer.offsets,
        quarantine=bad.path,
        problems=bad.problems,
        samples=bad.samples,
        schema=planned.schema,
        shape=source.table,
        schema_mismatch=planned.mismatch,
    )


def _stream(
    source: TableSource, planned: TablePlan, parquet: Path, bad: Quarantine
) -> tuple[int, TableWriter]:
    """Write the good rows and set the bad ones aside; return how many were read."""
    arrow = arrow_schema(planned)
    watch, checker = KeyWatch(planned.keys), Checker(planned)
    rejected: list[npt.NDArray[np.int64]] = []
    read = 0
    with TableWriter(parquet, arrow) as writer:
        for batch in _ahead(READERS[source.table.reader](source)):
            checked = checker.check(batch)
            rejected.append(read + _rejected_rows(batch, checked))
            bad.add(_lines(batch, checked, planned, read))
            _note_emptied(batch, planned, bad, read)
            good = _accepted(checked, arrow)
            writer.write(good)
            watch.add(good)
            read += batch.count
    if found := watch.repeats(parquet):
        numbers = np.sort(np.concatenate(rejected))
        writer = repeats.set_aside(source, planned, parquet, found, numbers, bad)
    return read, writer


def arrow_schema(planned: TablePlan) -> pa.Schema:
    """Return the schema of the Parquet file; the header of the file stays with each field."""
    return pa.schema(
        [
            pa.field(
                of.column.name,
                casts.arrow_type(of.kind, of.column.format),
                metadata={"header": of.column.header, "alias": of.column.alias},
            )
            for of in planned.columns
        ]
    )


def _plan(source: TableSource, schema: TableSchema | None) -> TablePlan:
    if schema is not None:
        return plan.by_schema(source.table.header, schema)
    batches = READERS[source.table.reader](source)
    return plan.learned(source.table.header, infer.infer(source.table.header, _ahead(batches)))


def _ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items while the next one is made in a thread: parsing beside checking."""
    iterator = iter(items)
    first, second = next(iterator, None), next(iterator, None)
    yield from (item for item in (first, second) if item is not None)
    if second is None:
        return  # a small file is not worth a thread
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, iterator, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, iterator, None)
            yield item


def _accepted(checked: Checked, arrow: pa.Schema) -> pa.RecordBatch:
    batch = pa.RecordBatch.from_arrays(list(checked.values), schema=arrow)
    return batch if checked.good is None else batch.filter(pa.array(checked.good))


def _rejected_rows(batch: TextBatch, checked: Checked) -> npt.NDArray[np.int64]:
    broken = np.array([row.row for row in batch.broken], np.int64)
    if checked.good is None:
        return broken
    return np.concatenate([broken, batch.rows[~checked.good]])


def _lines(batch: TextBatch, checked: Checked, planned: TablePlan, read: int) -> Iterator[Line]:
    names = [of.column.name for of in planned.columns]
    for row in batch.broken:
        column = "" if row.column is None else names[row.column]
        rule = rule_of_width(len(names)) if row.code == "row-width" else ""
        yield Line(read + row.row, column, row.code, row.value, row.cells, rule)
    for finding in checked.findings:
        texts = batch.columns[finding.column.index]
        for position in finding.positions.tolist():
            yield Line(
                row=read + int(batch.rows[position]),
                column=finding.column.column.name,
                code=finding.code,
                value=texts[position].as_py() or "",
                cells=tuple(cells[position].as_py() for cells in batch.columns),
                rule=finding.rule,
            )


def _note_emptied(batch: TextBatch, planned: TablePlan, bad: Quarantine, read: int) -> None:
    """A failed cell of a spreadsheet is an empty one: its row counts, and so does the problem."""
    for cell in batch.emptied:
        of = planned.columns[cell.column]
        rule = rule_of(of, "type")
        bad.note("type", of.column.name, cell.value, row=read + cell.row, rule=rule)
