"""Keys that point to another row of the same table or to a row of another table of the file, held
against the rows that were accepted.

Works on the Parquet files that were written: a row may point to one that comes later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from opendata.pipeline.table.header_match import folded
from opendata.pipeline.table.plan import Key, TablePlan

_BATCH = 65_536
# Between the parts of a key: no text of a file holds it.
_BETWEEN = "\ufdd1"

Positions = npt.NDArray[np.int64]
_NONE = np.zeros(0, np.int64)


def violations(parquet: Path, plan: TablePlan) -> tuple[Positions, ...]:
    """Return for each reference the rows, by position from 0, that point to no row.

    A row that leaves takes what points to it along, so that no key of the published table points
    nowhere.
    """
    found = [_NONE for _ in plan.references]
    is_new = bool(found)
    while is_new:
        out = np.unique(np.concatenate(found))
        fresh = [_dangling(parquet, key, out) for key in plan.references]
        found = [np.concatenate(pair) for pair in zip(found, fresh, strict=True)]
        is_new = any(len(positions) for positions in fresh)
    return tuple(found)


def found_in(keys: Sequence[Key], tables: Mapping[str, Path]) -> tuple[list[Key], list[Key]]:
    """Tell the keys that can be held against a table from those that cannot, for want of the table
    or of its columns.

    `tables` are those of the same file by their names; a key may leave out the folder and the
    extension of a member of an archive, case, marks and spaces.
    """
    placed = [(key, _place(key, tables) if key.table else key) for key in keys]
    return [found for _, found in placed if found], [key for key, found in placed if not found]


def is_named(table: str, name: str) -> bool:
    """Say whether `name` means a table of a file."""
    return folded(name) in {folded(table), folded(PurePosixPath(table).stem)}


def _place(key: Key, tables: Mapping[str, Path]) -> Key | None:
    path = next((path for name, path in tables.items() if is_named(name, key.table)), None)
    if path is None:
        return None
    columns = {folded(name): name for name in reversed(pq.read_schema(path).names)}
    targets = [columns.get(folded(name), "") for name in key.targets]
    return replace(key, targets=tuple(targets), path=path) if all(targets) else None


def _dangling(parquet: Path, key: Key, out: Positions) -> Positions:
    targets = _targets(key.path, key, _NONE) if key.path else _targets(parquet, key, out)
    found = [_NONE]
    for base, texts in _keys(parquet, key.names):
        lost = pc.and_(texts.is_valid(), pc.invert(pc.is_in(texts, targets, skip_nulls=True)))
        positions = base + np.flatnonzero(lost.to_numpy(zero_copy_only=False))
        found.append(positions[~np.isin(positions, out)])
    return np.concatenate(found)


def _targets(parquet: Path, key: Key, out: Positions) -> pa.Array:
    found = [pa.array([], pa.string())]
    for base, texts in _keys(parquet, key.targets):
        stays = ~np.isin(base + np.arange(len(texts)), out)
        found.append(pc.unique(texts.filter(pa.array(stays)).drop_null()))
    return pc.unique(pa.concat_arrays(found))


def _keys(parquet: Path, names: tuple[str, ...]) -> Iterator[tuple[int, pa.Array]]:
    """Yield the parts of a key joined to one text, null where a part is missing."""
    base = 0
    with pq.ParquetFile(parquet) as file:
        for batch in file.iter_batches(_BATCH, columns=list(dict.fromkeys(names))):
            parts = [batch.column(name).cast(pa.string()) for name in names]
            yield base, pc.binary_join_element_wise(*parts, _BETWEEN)
            base += batch.num_rows
