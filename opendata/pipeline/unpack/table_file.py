"""A table of text on its way out of a child: an Arrow IPC file that readers map into memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from opendata.errors import SourceFailure
from opendata.pipeline.unpack.order import Order
from opendata.pipeline.unpacked import BROKEN, FAILED, schema_of


def path_of(folder: Path, number: int) -> Path:
    """Return where the table of this number lies, from 0."""
    return folder / f"table-{number}.arrow"


class TableFile:
    """Writes one table; `rows` counts what was written. The file of a table without rows is of
    no use, and its number goes to the next table."""

    def __init__(self, order: Order, number: int, width: int) -> None:
        self._order = order
        self._schema = schema_of(width)
        folder = Path(order.folder)
        # All files of one order share the limit.
        self._before = sum(path_of(folder, n).stat().st_size for n in range(number))
        self._file = pa.OSFile(str(path_of(folder, number)), "wb")
        self._writer = pa.ipc.new_file(self._file, self._schema)
        self.rows = 0

    def __enter__(self) -> TableFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._writer.close()
        self._file.close()

    def write(
        self,
        columns: Sequence[pa.StringArray],
        *,
        broken: pa.Array | None = None,
        failed: pa.Array | None = None,
    ) -> None:
        """Write rows; of a broken one the cells in `columns` do not count.

        Raises `SourceFailure`: unpacked-too-large.
        """
        count = len(columns[0])
        beside = [
            pa.nulls(count, field.type) if values is None else values
            for field, values in ((BROKEN, broken), (FAILED, failed))
        ]
        self._writer.write(pa.record_batch([*columns, *beside], schema=self._schema))
        self.rows += count
        if self._before + self._file.tell() > self._order.limits.max_unpacked_bytes:
            raise SourceFailure(
                "unpacked-too-large",
                self._order.where,
                f"its tables take more than {self._order.limits.max_unpacked_bytes} bytes when "
                "written out; ask the source for smaller files, or raise tables.max_unpacked_bytes",
            )
