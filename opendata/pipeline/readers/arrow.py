"""The reader of unpacked tables: text columns of our own, mapped into memory batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from opendata.errors import SourceFailure
from opendata.pipeline.readers.base import BrokenRow, EmptiedCell, TableSource, TextBatch


def read_arrow(source: TableSource) -> Iterator[TextBatch]:
    """Yield the rows of an unpacked table. Raises `SourceFailure`: unreadable."""
    try:
        with (
            pa.memory_map(str(source.table.path)) as file,
            pa.ipc.open_file(file) as reader,
        ):
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                # It comes from a process that read a stranger's bytes.
                batch.validate(full=True)
                yield _text(batch)
    except pa.ArrowInvalid as err:
        raise SourceFailure(
            "unreadable", source.where, f"what was unpacked from it cannot be read ({err})"
        ) from err


def _text(batch: pa.RecordBatch) -> TextBatch:
    *columns, broken, failed = batch.columns
    rows = np.arange(1, len(batch) + 1, dtype=np.int64)
    if broken.null_count < len(batch):
        whole = broken.is_null()
        rows = rows[whole.to_numpy(zero_copy_only=False)]
        columns = [column.filter(whole) for column in columns]
    return TextBatch(
        columns=tuple(columns),
        rows=rows,
        count=len(batch),
        broken=tuple(_broken(broken)),
        emptied=tuple(_emptied(failed)),
    )


def _broken(rows: pa.ListArray) -> Iterator[BrokenRow]:
    for position in _valid(rows):
        cells = tuple(cell or None for cell in rows[position].as_py())
        yield BrokenRow(row=position + 1, code="row-width", cells=cells)


def _emptied(rows: pa.ListArray) -> Iterator[EmptiedCell]:
    for position in _valid(rows):
        for cell in rows[position].as_py():
            yield EmptiedCell(row=position + 1, column=cell["column"], value=cell["value"])


def _valid(rows: pa.ListArray) -> list[int]:
    if rows.null_count == len(rows):
        return []
    positions: list[int] = np.flatnonzero(rows.is_valid().to_numpy(zero_copy_only=False)).tolist()
    return positions
