"""Rows of totals below or above a table, held against the sums of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyarrow as pa

from opendata.pipeline.apart import Apart
from opendata.pipeline.table.casts import cast
from opendata.pipeline.table.note import Note
from opendata.pipeline.table.profile import place
from opendata.pipeline.tables import Column

if TYPE_CHECKING:
    import duckdb

_NUMBERS = ("integer", "number")


def mismatches(
    source: duckdb.DuckDBPyRelation, columns: Sequence[Column], apart: Sequence[Apart]
) -> list[Note]:
    """Return a note for each total that is not the sum of its column.

    A total between the least and the greatest value is an average, a share or a density.
    """
    totals = [row.cells for row in apart if row.kind == "total"]
    numbers = [number for number, column in enumerate(columns) if column.type in _NUMBERS]
    if not totals or not numbers:
        return []
    asked = [_sums(place(number)) for number in numbers]
    answers = source.aggregate(", ".join(asked)).fetchall()[0]
    found = dict(zip(numbers, answers, strict=True))
    return [note for cells in totals for note in _compare(columns, cells, found)]


def _sums(column: str) -> str:
    # Exact sums: the order of adding must not decide.
    exact = f"sum({column}::DECIMAL(38, 6))"
    return f"[{exact}, min({column})::DECIMAL(38, 6), max({column})::DECIMAL(38, 6), count(*)]"


def _compare(
    columns: Sequence[Column],
    cells: Sequence[str | None],
    found: dict[int, list[Decimal | None]],
) -> Iterator[Note]:
    for number, (total, least, most, rows) in found.items():
        text = cells[number] if number < len(cells) else None
        told = _number(text, columns[number])
        if told is None or total is None or least is None or most is None or rows is None:
            continue
        is_sum = not least <= told <= most or least == most
        if is_sum and abs(told - total) > _rounding(told, rows):
            yield Note("total-mismatch", columns[number].name, 1, (), text or "", f"sum: {total:f}")


def _number(text: str | None, column: Column) -> Decimal | None:
    if not text:
        return None
    values, misfits = cast(
        pa.array([text], pa.string()), column.type, column.format, column.options
    )
    try:
        return None if misfits is not None else Decimal(str(values[0].as_py()))
    except InvalidOperation:
        return None


def _rounding(told: Decimal, rows: Decimal) -> Decimal:
    """Return by how much rounded values may miss their rounded sum."""
    exponent = told.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return Decimal("0.5")
    return Decimal(5).scaleb(exponent - 1) * rows
