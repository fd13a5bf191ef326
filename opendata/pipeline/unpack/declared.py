"""Columns whose type the file declares: flat, as text, with the kind that the text is read as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as of

from opendata.pipeline.unpack import arrays, cells

ZONED = "%Y-%m-%dT%H:%M:%S%z"
# So many digits always fit a whole number of 64 bits.
_SAFE_DIGITS = 18

Kind = tuple[str, str]  # kind and format, as in TableShape.kinds


@dataclass(frozen=True)
class Declared:
    """A column of the table: where it is in the file, and what its type becomes.

    `kind` is None for a type that is not read, as binary is.
    """

    path: tuple[str, ...]
    type: pa.DataType
    kind: Kind | None

    @property
    def label(self) -> str:
        """The names on the way to the column, joined by dots."""
        return ".".join(self.path)


def columns_of(schema: pa.Schema) -> list[Declared]:
    """Return the columns of a file, those of nested records one by one."""
    return [column for field in schema for column in _flat(field, ())]


def texts_of(batch: pa.RecordBatch) -> Iterator[pa.Array]:
    """Yield the columns of a batch as `columns_of` counts them, flat but not yet text."""
    for values in batch.columns:
        yield from _flat_values(values)


def text_of(values: pa.Array) -> pa.StringArray:
    """Return a column as text that casts read back without loss; empty and NaN are null.

    Raises pa.ArrowInvalid where a text is not UTF-8.
    """
    values = _plain(values)
    if of.is_nested(values.type) or of.is_duration(values.type):
        return _one_by_one(values)
    if of.is_floating(values.type):
        return _numbers(values)
    if of.is_temporal(values.type):
        return _moments(values)
    text = values.cast(pa.string())
    text.validate(full=True)
    return cells.clean_column(text)


def _flat(field: pa.Field, above: tuple[str, ...]) -> Iterator[Declared]:
    path, type_ = (*above, field.name), _plain_type(field.type)
    if not of.is_struct(type_):
        yield Declared(path, type_, _kind(type_))
    for inner in type_ if of.is_struct(type_) else ():
        yield from _flat(inner, path)


def _flat_values(values: pa.Array) -> Iterator[pa.Array]:
    values = _plain(values)
    if not of.is_struct(values.type):
        yield values
    for inner in values.flatten() if of.is_struct(values.type) else ():
        yield from _flat_values(inner)


def _plain_type(type_: pa.DataType) -> pa.DataType:
    """Return the type of the values behind an extension or a dictionary."""
    while True:
        if isinstance(type_, pa.BaseExtensionType):
            type_ = type_.storage_type
        elif of.is_dictionary(type_) or of.is_run_end_encoded(type_):
            type_ = type_.value_type
        else:
            return type_


def _plain(values: pa.Array) -> pa.Array:
    while True:
        if isinstance(values, pa.ExtensionArray):
            values = values.storage
        elif of.is_dictionary(values.type):
            values = values.dictionary_decode()
        elif of.is_run_end_encoded(values.type):
            values = pc.run_end_decode(values)
        else:
            return values


def _kind(type_: pa.DataType) -> Kind | None:
    if of.is_timestamp(type_):
        return ("datetime", ZONED if type_.tz else "default")
    if of.is_decimal(type_):
        is_whole = type_.scale == 0 and type_.precision <= _SAFE_DIGITS
        return ("integer" if is_whole else "number", "default")
    for is_of, kind in _KINDS:
        if is_of(type_):
            return (kind, "default")
    return None


def _is_text(type_: pa.DataType) -> bool:
    is_string = of.is_string(type_) or of.is_large_string(type_) or of.is_string_view(type_)
    return bool(is_string or of.is_time(type_) or of.is_duration(type_) or of.is_null(type_))


def _is_list(type_: pa.DataType) -> bool:
    """JSON says all of a list but bytes."""
    inner = [type_.field(number).type for number in range(type_.num_fields)]
    is_list = of.is_nested(type_) and not of.is_union(type_)
    return bool(is_list and all(map(_is_readable, inner)))


def _is_readable(type_: pa.DataType) -> bool:
    return _kind(_plain_type(type_)) is not None


_KINDS = (
    (of.is_integer, "integer"),
    (of.is_floating, "number"),
    (of.is_boolean, "boolean"),
    (of.is_date, "date"),
    (_is_text, "string"),
    (_is_list, "string"),
)


def _numbers(values: pa.Array) -> pa.StringArray:
    if of.is_float16(values.type):
        values = values.cast(pa.float32())
    return arrays.nan_as_null(values).cast(pa.string())


def _moments(values: pa.Array) -> pa.StringArray:
    """Days and times as ISO writes them; finer than a microsecond is cut off."""
    if of.is_timestamp(values.type) and values.type.tz:
        # Stored as UTC whatever the zone; Arrow itself would look for a database of zones.
        plain = values.cast(pa.timestamp("us", tz=values.type.tz), safe=False)
        text = plain.view(pa.timestamp("us")).cast(pa.string())
        return pc.binary_join_element_wise(text, "Z", "")
    if of.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us"), safe=False)
    elif of.is_time(values.type):
        text = values.cast(pa.time64("us"), safe=False).cast(pa.string())
        return pc.replace_substring_regex(text, r"\.000000$", "")
    elif of.is_date64(values.type):
        values = values.cast(pa.date32(), safe=False)
    return values.cast(pa.string())


def _one_by_one(values: pa.Array) -> pa.StringArray:
    """Lists as JSON, durations as hours, minutes and seconds."""
    if of.is_duration(values.type):
        values = values.cast(pa.duration("us"), safe=False)
    found = ["" if value is None else _written(value) for value in values.to_pylist()]
    return cells.clean_column(arrays.texts(found))


def _written(value: Any) -> str:
    if isinstance(value, timedelta):
        return cells.cell_text(value)
    return json.dumps(value, ensure_ascii=False, default=cells.cell_text)
