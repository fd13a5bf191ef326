"""Rows that repeat a key, taken out of a table after it was written.

Only a table with repeats pays for this: its file is written again without them, and its source is
read again for the text of those rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from opendata.pipeline.readers import READERS
from opendata.pipeline.readers.base import TableSource
from opendata.pipeline.table.keys import Repeat
from opendata.pipeline.table.parquet import ROW_GROUP, TableWriter
from opendata.pipeline.table.plan import Key, TablePlan
from opendata.pipeline.table.quarantine import Line, Quarantine
from opendata.pipeline.table.rules import rule_of_key

Numbers = npt.NDArray[np.int64]


def set_aside(
    source: TableSource,
    planned: TablePlan,
    parquet: Path,
    found: list[Repeat],
    rejected: Numbers,
    bad: Quarantine,
) -> TableWriter:
    """Move the repeats from the table to the quarantine; return the writer of the new file.

    `rejected` holds the numbers of rows already set aside, ascending.
    """
    positions = np.unique(np.array([repeat.position for repeat in found], np.int64))
    writer = _rewrite(parquet, positions)
    keys: dict[int, list[Key]] = {}
    for repeat, number in zip(found, _row_numbers(found, rejected), strict=True):
        keys.setdefault(number, []).append(repeat.key)
    bad.add(_lines(source, planned, keys))
    return writer


def _row_numbers(found: list[Repeat], rejected: Numbers) -> list[int]:
    """Return the number in the file of each accepted row, given those that were rejected."""
    accepted_before = rejected - np.arange(1, len(rejected) + 1)
    positions = np.array([repeat.position for repeat in found], np.int64)
    numbers = positions + 1 + np.searchsorted(accepted_before, positions, side="right")
    return [int(number) for number in numbers]


def _rewrite(parquet: Path, positions: Numbers) -> TableWriter:
    new = parquet.with_suffix(".rewritten")
    base = 0
    with pq.ParquetFile(parquet) as file, TableWriter(new, file.schema_arrow) as writer:
        for batch in file.iter_batches(ROW_GROUP, use_threads=False):
            keep = np.ones(batch.num_rows, bool)
            inside = positions[(positions >= base) & (positions < base + batch.num_rows)]
            keep[inside - base] = False
            writer.write(batch.filter(pa.array(keep)))
            base += batch.num_rows
    new.replace(parquet)
    return writer


def _lines(source: TableSource, planned: TablePlan, keys: dict[int, list[Key]]) -> Iterator[Line]:
    wanted = np.array(sorted(keys), np.int64)
    index = {of.column.name: of.index for of in planned.columns}
    read = 0
    for batch in READERS[source.table.reader](source):
        numbers = read + batch.rows
        for position in np.flatnonzero(np.isin(numbers, wanted)).tolist():
            cells = tuple(column[position].as_py() for column in batch.columns)
            number = int(numbers[position])
            for key in keys[number]:
                value = ", ".join(cells[index[name]] or "" for name in key.names)
                yield Line(number, key.label, key.code, value, cells, rule_of_key(key))
        read += batch.count
