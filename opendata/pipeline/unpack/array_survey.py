"""What an array holds, learned from all its items before any is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from opendata.pipeline.shape import header
from opendata.pipeline.unpack import places
from opendata.pipeline.unpack.json_values import Record, flat
from opendata.pipeline.unpack.order import Order
from opendata.pipeline.unpack.record_table import Columns, Rows, shown

_HEAD_ROWS = 300
_NAMES = ("id", "name")


class ArraySurvey:
    """A table is an array of objects, or of arrays with labels; a few items may be neither."""

    def __init__(self, order: Order) -> None:
        self.size = 0  # characters
        self.names: list[str] = []  # what its objects are called, as far as they are
        self.labels: Sequence[str] = ()
        self._columns = Columns(order)
        self._most = order.limits.max_columns
        self._count = self._objects = 0
        self._arrays: list[list[Any]] = []
        self._array_count = 0

    def add(self, item: Any) -> None:
        """Raises `SourceFailure`: too-many-columns."""
        self._count += 1
        if type(item) is dict:
            self._objects += 1
            self._columns.add(_record(item))
            name = next((item[key] for key in _NAMES if isinstance(item.get(key), str)), None)
            if name is not None and len(self.names) <= self._most:
                self.names.append(name)
        elif type(item) is list:
            self._array_count += 1
            if len(self._arrays) < _HEAD_ROWS:
                self._arrays.append(item)

    @property
    def is_empty(self) -> bool:
        return self._count == 0

    @property
    def is_table(self) -> bool:
        if self._has_objects:
            return bool(self._columns.ways)
        if self._array_count * 2 <= self._count:
            return False
        found = self._header()
        return bool(found) and any(found)

    def is_described_by(self, other: ArraySurvey) -> bool:
        """Say whether the objects of another array name the columns of this one."""
        if not other.names or len(other.names) != other._count:
            return False
        if self._has_objects:
            return len(self._columns.ways.keys() & set(other.names)) * 2 > len(other.names)
        return bool(self._arrays) and len(other.names) == len(self._arrays[0])

    def rows(self, items: Iterator[Any], weight: Callable[[], int]) -> Rows:
        """Return the rows of the table that the items are."""
        if self._has_objects:
            return Rows(map(_as_record, items), tuple(self._columns.ways), weight)
        labels = self._header()
        ways = tuple(map(str, range(len(labels))))
        data = items if self.labels else islice(items, self._found().skip_rows, None)
        return Rows(_by_place(data, ways), ways, weight, labels)

    @property
    def _has_objects(self) -> bool:
        return self._objects * 2 > self._count

    def _header(self) -> Sequence[str]:
        if self.labels:
            return self.labels
        found = self._found() if self._array_count > 1 else None
        return found.labels if found and len(found.labels) <= self._most else ()

    def _found(self) -> header.Header:
        found = header.find([tuple(map(shown, row)) for row in self._arrays])
        return found or header.Header("", (), 0)


def _record(item: Record) -> Record:
    return places.record(item) if places.is_feature(item) else flat(item)


def _as_record(item: Any) -> Any:
    return _record(item) if type(item) is dict else item


def _by_place(rows: Iterable[Any], ways: Sequence[str]) -> Iterator[Any]:
    for row in rows:
        is_whole = type(row) is list and len(row) == len(ways)
        yield dict(zip(ways, row, strict=True)) if is_whole else row
