"""Records to a table of text columns: JSON, lines of JSON, places on a map, elements of XML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from opendata.errors import SourceFailure
from opendata.pipeline.unpack import cells
from opendata.pipeline.unpack.json_values import Integer, Number, Record, label, to_text
from opendata.pipeline.unpack.order import Order
from opendata.pipeline.unpack.table_file import TableFile
from opendata.pipeline.unpacked import BROKEN, Unpacked

Kind = tuple[str, str]

_BATCH_CELLS = 400_000
_BATCH_ROWS = 32_768
_BATCH_WEIGHT = 32 * 1024 * 1024
# What is no text yet; JSON has `true` and `false` as we do.
_WRITTEN = {bool, list, dict}
_UNTOLD: Kind = ("", "")
_TEXT: Kind = ("string", "default")
# JSON has no dates: texts that look like them are left to those who learn types.
_DATE = r"\A\s*([0-9]{4}-[0-9]{2}(-[0-9]{2})?|[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4})(\z|[T ])"


@dataclass(frozen=True)
class Rows:
    """A record for each row, or what stands where a record should be; `columns` are the ways of
    their values, `labels` what they are called if not by their ways. `weight` tells how many bytes
    or characters have been read so far."""

    items: Iterable[Any]
    columns: Sequence[str]
    weight: Callable[[], int]
    labels: Sequence[str] = ()
    has_kinds: bool = True  # whether the type of a value says something


class Columns:
    """The ways of all values in the order in which they first appear."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._seen: set[tuple[str, ...]] = set()
        self.ways: dict[str, None] = {}

    def add(self, record: Record) -> None:
        """Raises `SourceFailure`: too-many-columns."""
        ways = tuple(record)
        if ways in self._seen:
            return
        self.ways.update(dict.fromkeys(ways))
        most = self._order.limits.max_columns
        if len(self.ways) > most:
            raise SourceFailure(
                "too-many-columns",
                self._order.where,
                f"its records have more than {most} different fields; "
                "raise tables.max_columns if that is meant",
            )
        if len(self._seen) < most:
            self._seen.add(ways)


def write_records(name: str, rows: Rows, order: Order, number: int) -> Unpacked | None:
    """Write records as the table of this number; None where there are none.

    What is no record is a broken row. Raises `SourceFailure`: unpacked-too-large.
    """
    columns = [_Column() for _ in rows.columns]
    with TableFile(order, number, len(columns)) as file:
        for chunk in _chunks(rows):
            records = [item if type(item) is dict else {} for item in chunk]
            texts = [
                column.texts([record.get(way) for record in records])
                for way, column in zip(rows.columns, columns, strict=True)
            ]
            file.write(texts, broken=_broken(chunk))
    if not file.rows:
        return None
    kinds = tuple(column.kind() for column in columns) if rows.has_kinds else ()
    is_told = any(kind != _UNTOLD for kind in kinds)
    labels = rows.labels or map(label, rows.columns)
    header = tuple(cells.clean(_valid(text)) for text in labels)
    return Unpacked(cells.clean(_valid(name)), "", header, kinds if is_told else ())


def _chunks(rows: Rows) -> Iterator[list[Any]]:
    most = max(1, min(_BATCH_ROWS, _BATCH_CELLS // max(1, len(rows.columns))))
    chunk: list[Any] = []
    start = rows.weight()
    for item in rows.items:
        chunk.append(item)
        if len(chunk) >= most or rows.weight() - start > _BATCH_WEIGHT:
            yield chunk
            chunk, start = [], rows.weight()
    if chunk:
        yield chunk


class _Column:
    """Makes texts of values and learns what type the file gives them."""

    def __init__(self) -> None:
        self._sorts: set[type] = set()
        self._may_be_dates = True

    def texts(self, values: list[Any]) -> pa.StringArray:
        sorts = set(map(type, values))
        self._sorts |= sorts
        if sorts & _WRITTEN:
            values = [_written(value) for value in values]
        found = cells.clean_column(_array(values))
        if self._may_be_dates and str in sorts:
            self._may_be_dates = bool(pc.all(pc.match_substring_regex(found, _DATE)).as_py())
        return found

    def kind(self) -> Kind:
        sorts = self._sorts - {type(None)}
        if not sorts or (sorts == {str} and self._may_be_dates):
            return _UNTOLD
        if sorts == {Integer}:
            return "integer", "default"
        if sorts <= {Integer, Number}:
            return "number", "default"
        return ("boolean", "default") if sorts == {bool} else _TEXT


def _written(value: Any) -> Any:
    return to_text(value) if type(value) in _WRITTEN else value


def _array(values: list[Any]) -> pa.StringArray:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if v is None else _valid(v) for v in values], pa.string())


def _valid(text: str) -> str:
    """Return a text without half characters, which JSON can name and UTF-8 cannot hold."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _broken(chunk: list[Any]) -> pa.Array | None:
    if all(type(item) is dict for item in chunk):
        return None
    told = [None if type(item) is dict else _cells(item) for item in chunk]
    return pa.array(told, BROKEN.type)


def _cells(item: Any) -> list[str | None]:
    found = item if type(item) is list else [item]
    return [None if cell is None else _valid(shown(cell)) for cell in found]


def shown(value: Any) -> str:
    """Return a value as the text of a cell, empty for none."""
    if isinstance(value, str):
        return value
    return "" if value is None else to_text(value)
