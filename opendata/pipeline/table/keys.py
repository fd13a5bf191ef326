"""Uniqueness over a whole table while it streams: each key value is remembered as 8 bytes.

An equal hash only makes a row suspect; `repeats.py` has the last word when the table is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.pipeline.table.octets import octets
from opendata.pipeline.table.plan import Key

Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

# An odd multiplier: a polynomial in it, modulo 2**64, can be divided back by its inverse.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_FIRST_SLOTS = 1 << 16
_FULL = 0.6  # of the slots; a fuller table is slow
_PIECE = 1 << 16
_CACHED = 1 << 18  # more bytes of one key in a block are rare
_STEPS = np.uint64(0xFF)


@dataclass(frozen=True)
class Hashed:
    """The rows of a batch by one key: a hash for each, and which have a value in every part."""

    hashes: Hashes
    valid: Mask


@dataclass(frozen=True)
class Suspects:
    """Rows of one batch set aside because a key seems to repeat; all of one length.

    `flags` and `hashed` have an entry for each key; `values` holds the columns of all keys.
    """

    numbers: Numbers
    flags: tuple[Mask, ...]
    hashed: tuple[Hashed, ...]
    values: pa.RecordBatch


class KeyWatch:
    """Watches the keys of a table while its batches go by, in their order.

    `cleared`: for each key, the numbers of rows that share only the hash of an earlier row.
    """

    def __init__(self, keys: Sequence[Key], cleared: Sequence[Numbers] = ()) -> None:
        self._keys = keys
        self._seen = [SeenHashes() for _ in keys]
        self._cleared = cleared
        self.suspects: list[Suspects] = []

    def sift(
        self, batch: pa.RecordBatch, hashed: Sequence[Hashed], numbers: Numbers
    ) -> tuple[Mask, ...]:
        """Return for each key which rows repeat it; a key with an empty part is never a repeat."""
        flags = tuple(self._flags(place, one, numbers) for place, one in enumerate(hashed))
        held = np.logical_or.reduce(flags) if flags else np.zeros(0, bool)
        if held.any():
            self.suspects.append(self._kept(batch, hashed, numbers, flags, np.flatnonzero(held)))
        return flags

    def _flags(self, key: int, hashed: Hashed, numbers: Numbers) -> Mask:
        flags = np.zeros(len(numbers), bool)
        flags[hashed.valid] = self._seen[key].add(hashed.hashes[hashed.valid])
        if self._cleared:
            flags &= ~np.isin(numbers, self._cleared[key])
        return flags

    def _kept(
        self,
        batch: pa.RecordBatch,
        hashed: Sequence[Hashed],
        numbers: Numbers,
        flags: Sequence[Mask],
        held: npt.NDArray[np.intp],
    ) -> Suspects:
        names = sorted({name for key in self._keys for name in key.names})
        return Suspects(
            numbers[held],
            tuple(flag[held] for flag in flags),
            tuple(Hashed(one.hashes[held], one.valid[held]) for one in hashed),
            batch.select(names).take(pa.array(held)),
        )


def hash_key(batch: pa.RecordBatch, key: Key) -> Hashed:
    """Return the hashes of a key; may be called in any thread."""
    return Hashed(*hash_rows([batch.column(name) for name in key.names]))


class SeenHashes:
    """The hashes met so far, in one open table of 13 to 27 bytes for each.

    A hash stands at the slot that its high bits name or, where that is taken, a few small steps
    on; the steps differ from hash to hash, so that no run of taken slots grows long.
    """

    def __init__(self) -> None:
        self._slots = np.zeros(_FIRST_SLOTS, np.uint64)
        self._count = 0

    def add(self, hashes: Hashes) -> Mask:
        """Remember the hashes; return which of them were there before or earlier among them."""
        # A slot of 0 is free.
        hashes = np.where(hashes == 0, np.uint64(1), hashes)
        first = _first_places(hashes)
        self._make_room(len(hashes))
        if first is None:
            return self._put(hashes)
        seen = np.ones(len(hashes), bool)
        seen[first] = self._put(hashes[first])
        return seen

    def _make_room(self, more: int) -> None:
        slots = len(self._slots)
        while self._count + more > slots * _FULL:
            slots *= 2
        if slots == len(self._slots):
            return
        old, self._slots, self._count = self._slots, np.zeros(slots, np.uint64), 0
        # From its end, and given back piece by piece: the new table fills from its end as well, so
        # that there are never two whole tables in memory.
        for start in reversed(range(0, len(old), _PIECE)):
            known = old[start:][old[start:] != 0]
            old.resize(start, refcheck=False)
            self._put(known)

    def _put(self, hashes: Hashes) -> Mask:
        """Add hashes that all differ; return which were there."""
        last = np.uint64(len(self._slots) - 1)
        shift = np.uint64(64 - int(last).bit_length())
        found = np.zeros(len(hashes), bool)
        asked, slots = np.arange(len(hashes)), hashes >> shift
        while len(asked):
            there, mine = self._slots[slots], hashes[asked]
            found[asked[there == mine]] = True
            free = there == 0
            # Where several want one slot, one of them gets it and the others go on.
            self._slots[slots[free]] = mine[free]
            on = np.flatnonzero(self._slots[slots] != mine)
            asked, width = asked[on], (mine[on] & _STEPS) | np.uint64(1)
            slots = (slots[on] + width) & last
        self._count += len(hashes) - int(found.sum())
        return found


def _first_places(hashes: Hashes) -> npt.NDArray[np.intp] | None:
    """Return the places of all but the repeats; None where all differ, which a sort tells."""
    ordered = np.sort(hashes)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return None
    places = np.flatnonzero(np.isin(hashes, again))
    _, first = np.unique(hashes[places], return_index=True)
    return np.delete(np.arange(len(hashes)), np.delete(places, first))


def hash_rows(columns: Sequence[pa.Array]) -> tuple[Hashes, Mask]:
    """Return a hash for each row, and which rows have a value in every column."""
    total = np.zeros(len(columns[0]), np.uint64)
    valid = np.ones(len(columns[0]), bool)
    for column in columns:
        total = total * _MIX + _hash(column)
        if column.null_count:
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
    bytes_, starts = octets(text)
    if not len(bytes_):
        return np.zeros(len(text), np.uint64)
    sums = np.zeros(len(bytes_) + 1, np.uint64)
    np.cumsum((bytes_.astype(np.uint64) + np.uint64(1)) * _powers(_BASE, len(bytes_)), out=sums[1:])
    shifted = (sums[starts[1:]] - sums[starts[:-1]]) * _powers(_INVERSE, len(sums))[starts[:-1]]
    return _folded(shifted)


def _folded(hashes: Hashes) -> Hashes:
    """Bring the well-mixed high bits down."""
    folded: Hashes = hashes ^ (hashes >> np.uint64(32))
    return folded


def _powers(base: int, count: int) -> Hashes:
    return _cached_powers(base)[:count] if count <= _CACHED else _made_powers(base, count)


@cache
def _cached_powers(base: int) -> Hashes:
    return _made_powers(base, _CACHED)


def _made_powers(base: int, count: int) -> Hashes:
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    powers: Hashes = np.cumprod(factors, dtype=np.uint64)
    return powers
