"""Uniqueness over a whole table: 8 bytes a row while it streams, certainty afterwards.

Each key value is hashed; equal hashes are only candidates, which are compared exactly from the
Parquet file just written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from opendata.pipeline.table.plan import Key

Hashes = npt.NDArray[np.uint64]

# An odd multiplier: a polynomial in it, modulo 2**64, can be divided back by its inverse.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_BATCH = 65_536


@dataclass(frozen=True)
class Repeat:
    """An accepted row, by its position from 0, whose key was there before."""

    position: int
    key: Key


class KeyWatch:
    """Watches the keys of a table while its batches go by."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._seen: list[tuple[Key, list[Hashes]]] = [(key, []) for key in keys]

    def add(self, batch: pa.RecordBatch) -> None:
        """Remember the key values of accepted rows; a key with an empty part is never a repeat."""
        for key, hashes in self._seen:
            found, valid = _hash_rows([batch.column(name) for name in key.names])
            hashes.append(found[valid])

    def repeats(self, parquet: Path) -> list[Repeat]:
        """Return second and later occurrences of each key, compared exactly."""
        found: list[Repeat] = []
        while self._seen:
            key, hashes = self._seen.pop(0)
            found += _exact_repeats(parquet, key, _candidates(hashes))
        return found


def _candidates(hashes: list[Hashes]) -> Hashes:
    every = np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)
    hashes.clear()
    every.sort()
    return np.unique(every[1:][every[1:] == every[:-1]])


def _exact_repeats(parquet: Path, key: Key, candidates: Hashes) -> Iterator[Repeat]:
    if not len(candidates):
        return
    seen: set[tuple[object, ...]] = set()
    base = 0
    with pq.ParquetFile(parquet) as file:
        for batch in file.iter_batches(_BATCH, columns=list(key.names), use_threads=False):
            columns = [batch.column(name) for name in key.names]
            hashes, valid = _hash_rows(columns)
            places = np.flatnonzero(np.isin(hashes, candidates) & valid)
            values = [column.take(pa.array(places)).to_pylist() for column in columns]
            for place, value in zip(places, zip(*values, strict=True), strict=True):
                if value in seen:
                    yield Repeat(base + int(place), key)
                seen.add(value)
            base += batch.num_rows


def _hash_rows(columns: Sequence[pa.Array]) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """Return a hash for each row, and which rows have a value in every column."""
    total = np.zeros(len(columns[0]), np.uint64)
    valid = np.ones(len(columns[0]), bool)
    for column in columns:
        total = total * _MIX + _hash(column)
        valid &= column.is_valid().to_numpy(zero_copy_only=False)
    return total, valid


def _hash(column: pa.Array) -> Hashes:
    if pa.types.is_string(column.type):
        return _hash_text(column)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    plain = column.fill_null(0) if column.null_count else column
    width = plain.type.bit_width // 8
    values = np.frombuffer(plain.buffers()[1], f"i{width}", len(plain), plain.offset * width)
    return _folded(values.astype(np.int64).view(np.uint64) * _MIX)


def _hash_text(text: pa.StringArray) -> Hashes:
    """Return the polynomial of each string's bytes, from differences of one running sum."""
    offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
    offsets = offsets.astype(np.int64)
    data = text.buffers()[2]
    if data is None or offsets[-1] == offsets[0]:
        return np.zeros(len(text), np.uint64)
    bytes_ = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
    starts = offsets - offsets[0]
    sums = np.zeros(len(bytes_) + 1, np.uint64)
    np.cumsum((bytes_.astype(np.uint64) + np.uint64(1)) * _powers(_BASE, len(bytes_)), out=sums[1:])
    shifted = (sums[starts[1:]] - sums[starts[:-1]]) * _powers(_INVERSE, len(sums))[starts[:-1]]
    return _folded(shifted)


def _folded(hashes: Hashes) -> Hashes:
    """Bring the well-mixed high bits down."""
    folded: Hashes = hashes ^ (hashes >> np.uint64(32))
    return folded


def _powers(base: int, count: int) -> Hashes:
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    powers: Hashes = np.cumprod(factors, dtype=np.uint64)
    return powers
