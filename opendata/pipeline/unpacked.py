"""What unpacking leaves of a table: a file of text columns, and what is known of it.

Written in a confined child and read outside; so nothing is imported that is slow to import.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from opendata.pipeline.apart import Apart

# A row that is no row of the table, as its cells; null for a whole row.
BROKEN = pa.field("broken", pa.list_(pa.string()))
# Cells of a row that the file marks as failed, null for none.
FAILED = pa.field(
    "failed",
    pa.list_(pa.struct([pa.field("column", pa.int32()), pa.field("value", pa.string())])),
)


@dataclass(frozen=True)
class Unpacked:
    """One table of a file; its rows lie in an Arrow IPC file of `schema_of(len(header))`.

    All but `path` as in `TableShape`; that is empty until the file is known outside.
    """

    name: str
    title: str
    header: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...] = ()
    units: tuple[str, ...] = ()
    apart: tuple[Apart, ...] = ()
    path: str = ""


def schema_of(width: int) -> pa.Schema:
    """Return the schema of the file: so many columns of text, empty is null; then the two."""
    columns = [pa.field(str(number), pa.string()) for number in range(width)]
    return pa.schema([*columns, BROKEN, FAILED])
