"""Certainty about rows that were set aside because a key of theirs seemed to repeat.

Their hash was met before, which nearly always means that their key was. Here each is compared
with the row that had the hash first: in the file just written, or set aside for another key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from opendata.pipeline.table.keys import Hashes, Mask, Numbers, Suspects, hash_rows
from opendata.pipeline.table.plan import Key

_BATCH = 65_536


@dataclass(frozen=True)
class _Rows:
    """Rows with a hash and the values of one key."""

    hashes: Hashes
    values: pa.Table


def wrongly_held(
    parquet: Path, keys: Sequence[Key], suspects: Sequence[Suspects]
) -> tuple[Numbers, ...]:
    """Return for each key the numbers of rows that only share the hash of an earlier row.

    Nothing at all where no row does, which is nearly always: then all that was set aside repeats.
    """
    found = tuple(
        _wrong(parquet, key, place, suspects) if suspects else np.zeros(0, np.int64)
        for place, key in enumerate(keys)
    )
    return found if any(len(numbers) for numbers in found) else ()


def _wrong(parquet: Path, key: Key, place: int, suspects: Sequence[Suspects]) -> Numbers:
    accused, numbers = _accused(key, place, suspects)
    if not len(numbers):
        return numbers
    wanted = np.unique(accused.hashes)
    firsts = _together([*_written(parquet, key, wanted), *_held(key, place, wanted, suspects)])
    order = np.argsort(firsts.hashes)
    at = order[np.searchsorted(firsts.hashes, accused.hashes, sorter=order)]
    differs = ~_equal(firsts.values.take(pa.array(at)), accused.values)
    return _first_of_each(accused.values, numbers, np.flatnonzero(differs))


def _accused(key: Key, place: int, suspects: Sequence[Suspects]) -> tuple[_Rows, Numbers]:
    rows = _together([_picked(key, place, one, one.flags[place]) for one in suspects])
    return rows, np.concatenate([one.numbers[one.flags[place]] for one in suspects])


def _held(key: Key, place: int, wanted: Hashes, suspects: Sequence[Suspects]) -> Iterator[_Rows]:
    """Yield the rows that had a hash first, but were set aside because of another key."""
    for one in suspects:
        hashed = one.hashed[place]
        is_first = _is_in(hashed.hashes, wanted) & hashed.valid & ~one.flags[place]
        yield _picked(key, place, one, is_first)


def _picked(key: Key, place: int, suspects: Suspects, which: Mask) -> _Rows:
    places = np.flatnonzero(which)
    values = suspects.values.select(list(key.names)).take(pa.array(places))
    return _Rows(suspects.hashed[place].hashes[places], pa.Table.from_batches([values]))


def _written(parquet: Path, key: Key, wanted: Hashes) -> Iterator[_Rows]:
    with pq.ParquetFile(parquet) as file:
        for batch in file.iter_batches(_BATCH, columns=list(key.names), use_threads=False):
            hashes, valid = hash_rows([batch.column(name) for name in key.names])
            places = np.flatnonzero(_is_in(hashes, wanted) & valid)
            values = batch.select(list(key.names)).take(pa.array(places))
            yield _Rows(hashes[places], pa.Table.from_batches([values]))


def _together(rows: Sequence[_Rows]) -> _Rows:
    return _Rows(
        np.concatenate([one.hashes for one in rows]),
        pa.concat_tables([one.values for one in rows]).combine_chunks(),
    )


def _is_in(hashes: Hashes, ordered: Hashes) -> Mask:
    places = np.minimum(np.searchsorted(ordered, hashes), len(ordered) - 1)
    found: Mask = ordered[places] == hashes
    return found


def _equal(one: pa.Table, other: pa.Table) -> Mask:
    pairs = zip(one.columns, other.columns, strict=True)
    every = reduce(pc.and_, (pc.equal(*pair) for pair in pairs))
    mask: Mask = every.to_numpy()
    return mask


def _first_of_each(values: pa.Table, numbers: Numbers, places: npt.NDArray[np.intp]) -> Numbers:
    """Return the numbers of the first row of each value; the later ones do repeat."""
    seen: set[tuple[object, ...]] = set()
    found: list[int] = []
    for place in places.tolist():
        value = tuple(column[place].as_py() for column in values.columns)
        if value not in seen:
            found.append(int(numbers[place]))
        seen.add(value)
    return np.array(found, np.int64)
