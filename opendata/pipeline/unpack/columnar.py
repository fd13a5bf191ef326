"""Parquet and Arrow (IPC file, which Feather is, and stream). Runs in a confined child."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from opendata.errors import SourceFailure
from opendata.pipeline.unpack import declared, manifest
from opendata.pipeline.unpack.declared import Declared
from opendata.pipeline.unpack.order import Order, from_words
from opendata.pipeline.unpack.table_file import TableFile
from opendata.pipeline.unpacked import Unpacked
from opendata.records import Problem

_BATCH_ROWS = 32_768
_BATCH_CELLS = 1_000_000
_FILE_MAGIC = b"ARROW1"
# The least that a cell takes when written out, where a few bytes may stand for millions of rows.
_LEAST_BYTES = 4
_MAX_INTEGER = 2**63 - 1
_DAMAGED = (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError)


def unpack(words: Sequence[str], _: bytes) -> bytes:
    """Write the table of a Parquet or Arrow file; the task of a child, see `frame.py`.

    Raises `SourceFailure`: unreadable, encrypted, too-many-columns, unpacked-too-large.
    """
    order = from_words(words)
    with _open(order) as (schema, batches):
        with _readable(order):
            columns = declared.columns_of(schema)
        problems = [
            Problem("unreadable-column", field=column.label, value=str(column.type)[:200])
            for column in columns
            if column.kind is None
        ]
        table = _write(columns, batches, order)
    return manifest.to_json([table] if table else [], problems)


def _write(
    columns: list[Declared], batches: Iterator[pa.RecordBatch], order: Order
) -> Unpacked | None:
    kept = [column for column in columns if column.kind]
    if not kept:
        return None
    if len(kept) > order.limits.max_columns:
        raise SourceFailure(
            "too-many-columns",
            order.where,
            f"the table has {len(kept)} columns, the limit is {order.limits.max_columns}; "
            "raise tables.max_columns if that is meant",
        )
    most = max(1, min(_BATCH_ROWS, _BATCH_CELLS // len(kept)))
    beyond: set[int] = set()
    with TableFile(order, 0, len(kept)) as file:
        for batch in _pieces(batches, most, order):
            with _readable(order):
                values = _kept(batch, columns)
                texts = [declared.text_of(column) for column in values]
                beyond.update(n for n, column in enumerate(values) if _is_beyond(column))
            file.write(texts)
    # Whole numbers that our integers cannot hold stay exact as text.
    kinds = [("string", "default") if n in beyond else c.kind for n, c in enumerate(kept)]
    labels = tuple(column.label for column in kept)
    return Unpacked("", "", labels, tuple(kind for kind in kinds if kind)) if file.rows else None


def _kept(batch: pa.RecordBatch, columns: list[Declared]) -> list[pa.Array]:
    flat = zip(declared.texts_of(batch), columns, strict=True)
    return [values for values, column in flat if column.kind]


def _is_beyond(values: pa.Array) -> bool:
    if not pa.types.is_uint64(values.type):
        return False
    return any((value.as_py() or 0) > _MAX_INTEGER for value in values)


def _pieces(batches: Iterator[pa.RecordBatch], most: int, order: Order) -> Iterator[pa.RecordBatch]:
    while True:
        with _readable(order):
            batch = next(batches, None)
        if batch is None:
            return
        for start in range(0, len(batch), most):
            yield batch.slice(start, most)


@contextmanager
def _open(order: Order) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    opened = _parquet if order.kind == "parquet" else _arrow
    with pa.memory_map(order.path) as file:
        with _readable(order):
            schema, batches = opened(file, order)
        yield schema, batches


def _parquet(file: pa.NativeFile, order: Order) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    content = pq.ParquetFile(file, pre_buffer=False)
    schema = content.schema_arrow
    cells = content.metadata.num_rows * max(1, content.metadata.num_columns)
    if cells * _LEAST_BYTES > order.limits.max_unpacked_bytes:
        raise SourceFailure(
            "unpacked-too-large",
            order.where,
            f"the table has {cells} cells, which is more than tables.max_unpacked_bytes allows; "
            "ask the source for smaller files, or raise it",
        )
    most = max(1, min(_BATCH_ROWS, _BATCH_CELLS // max(1, content.metadata.num_columns)))
    return schema, content.iter_batches(batch_size=most, use_threads=False)


def _arrow(file: pa.NativeFile, order: Order) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    is_file = file.read(len(_FILE_MAGIC)) == _FILE_MAGIC
    file.seek(0)
    if not is_file:
        stream = pa.ipc.open_stream(file)
        return stream.schema, _valid(iter(stream))
    content = pa.ipc.open_file(file)
    return content.schema, _valid(map(content.get_batch, range(content.num_record_batches)))


def _valid(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        batch.validate(full=True)
        yield batch


@contextmanager
def _readable(order: Order) -> Iterator[None]:
    """Turn what readers raise over a damaged file into a sentence."""
    try:
        yield
    except _DAMAGED as err:
        # Arrow has no error of its own for a file that is locked.
        if "encrypt" in str(err).lower():
            raise SourceFailure(
                "encrypted", order.where, "the file is encrypted; ask the source for an open one"
            ) from err
        raise SourceFailure(
            "unreadable", order.where, f"the file cannot be read ({err}); ask the source to mend it"
        ) from err
