"""The Parquet files that readers are served from: row groups of one size, so that any slice of a
table costs the same."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP = 32_768
# Up to here a dictionary in the first row group makes the file smaller and quicker.
_MAX_DISTINCT = 2_048
_ROWS_PER_DISTINCT = 4


class TableWriter:
    """Writes batches of one schema; every row group but the last has `ROW_GROUP` rows.

    Whole row groups are written in a thread, one at a time, so that who makes the rows goes on;
    what goes wrong there is raised with the next ones, or at the end.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0
        self._writer: pq.ParquetWriter | None = None
        self._thread = ThreadPoolExecutor(max_workers=1)  # begins with its first task
        self._written: Future[None] | None = None
        self.rows = 0

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._thread.shutdown()
            if self._writer:
                self._writer.close()

    @property
    def offsets(self) -> tuple[int, ...]:
        """The first row of each row group, from 0."""
        return tuple(range(0, self.rows, ROW_GROUP))

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows to the table."""
        self._waiting.append(batch)
        self._count += batch.num_rows
        self.rows += batch.num_rows
        if self._count >= ROW_GROUP:
            rows = self._taken(self._count - self._count % ROW_GROUP)
            self._wait()
            self._written = self._thread.submit(self._encode, rows)

    def _finish(self) -> None:
        self._wait()
        self._encode(self._taken(self._count))

    def _wait(self) -> None:
        if self._written:
            self._written.result()

    def _taken(self, count: int) -> pa.Table:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting = table.slice(count).to_batches()
        self._count -= count
        return table.slice(0, count)

    def _encode(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._writer = self._open(rows.slice(0, ROW_GROUP))
        if len(rows):
            self._writer.write_table(rows, row_group_size=ROW_GROUP)

    def _open(self, first: pa.Table) -> pq.ParquetWriter:
        return pq.ParquetWriter(
            self._path,
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in first.column_names if _repeats(first.column(name))],
            write_page_index=True,
            write_statistics=True,
        )


def _repeats(column: pa.ChunkedArray) -> bool:
    if pa.types.is_boolean(column.type) or not len(column):
        return False
    distinct = pc.count_distinct(column).as_py()
    return bool(distinct <= _MAX_DISTINCT and distinct * _ROWS_PER_DISTINCT <= len(column))
