"""Keys that point to another row of the same table, held against the rows that were accepted.

Works on the Parquet file that was written: a row may point to one that comes later.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from opendata.pipeline.table.plan import Key, TablePlan

_BATCH = 65_536
# Between the parts of a key: no text of a file holds it.
_BETWEEN = "\ufdd1"

Positions = npt.NDArray[np.int64]


def violations(parquet: Path, plan: TablePlan) -> tuple[Positions, ...]:
    """Return for each reference the rows, by position from 0, that point to no row of the table.

    A row that leaves takes what points to it along, so that no key of the published table points
    nowhere.
    """
    found = [np.zeros(0, np.int64) for _ in plan.references]
    is_new = bool(found)
    while is_new:
        out = np.unique(np.concatenate(found))
        fresh = [_dangling(parquet, key, out) for key in plan.references]
        found = [np.concatenate(pair) for pair in zip(found, fresh, strict=True)]
        is_new = any(len(positions) for positions in fresh)
    return tuple(found)


def _dangling(parquet: Path, key: Key, out: Positions) -> Positions:
    targets = _targets(parquet, key, out)
    found = [np.zeros(0, np.int64)]
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
