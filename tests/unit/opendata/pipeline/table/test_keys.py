from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.pipeline.table import keys
from opendata.pipeline.table.keys import Hashed, KeyWatch, SeenHashes, hash_key
from opendata.pipeline.table.plan import Key
from opendata.pipeline.table.repeats import wrongly_held

ROWS = st.lists(st.tuples(st.one_of(st.none(), st.text("ab", max_size=3)), st.integers(0, 2)))
BOTH = (Key("primary-key", ("a", "b")), Key("unique", ("a",)))


def watched(rows: list[tuple[str | None, int]], path: Path, weak: int = 64):
    """Watch the rows by fours, write the good ones; return flags by key, and the watch."""
    schema = pa.schema([("a", pa.string()), ("b", pa.int64())])
    batch = pa.RecordBatch.from_pylist([{"a": a, "b": b} for a, b in rows], schema)
    watch = KeyWatch(BOTH)
    found: list[tuple[np.ndarray, ...]] = []
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, len(rows), 4):
            part = batch.slice(start, 4)
            hashed = [hash_key(part, key) for key in BOTH]
            hashed = [Hashed(h.hashes % np.uint64(2**weak - 1), h.valid) for h in hashed]
            flags = watch.sift(part, hashed, np.arange(start, start + part.num_rows))
            writer.write_batch(part.filter(pa.array(~(flags[0] | flags[1]))))
            found.append(flags)
    by_key = [
        [n for n, flag in enumerate(np.concatenate([f[key] for f in found])) if flag]
        for key in range(len(BOTH))
        if found
    ]
    return by_key or [[], []], watch


def later(rows: list[tuple[str | None, int]], parts: int) -> list[int]:
    """Return the rows whose first `parts` cells were there before, the plain way."""
    found, seen = [], set()
    for number, row in enumerate(rows):
        if row[0] is not None and row[:parts] in seen:
            found.append(number)
        seen.add(row[:parts])
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS)
def test_repeats_are_exactly_the_later_occurrences(tmp_path: Path, rows) -> None:
    flags, watch = watched(rows, tmp_path / "table.parquet")
    assert flags == [later(rows, 2), later(rows, 1)]
    assert wrongly_held(tmp_path / "table.parquet", BOTH, watch.suspects) == ()


@given(st.lists(st.lists(st.integers(0, 2**64 - 1).map(lambda n: n >> (n % 60)), max_size=40)))
def test_hashes_are_seen_once_however_the_table_grows(groups: list[list[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_FIRST_SLOTS", 4)
        seen, known = SeenHashes(), set()
        for group in groups:
            flags = seen.add(np.array(group, np.uint64))
            for number, flag in zip(group, flags.tolist(), strict=True):
                # 0 and 1 share a hash: which of them it was is told by the values.
                assert flag == (max(number, 1) in known)
                known.add(max(number, 1))


def test_key_of_a_made_up_pair_with_one_hash_is_published(build, monkeypatch) -> None:
    monkeypatch.setattr(keys, "_hash", lambda column: np.ones(len(column), np.uint64))
    fields = [
        {"name": "id", "constraints": {"unique": True}},
        {"name": "x", "constraints": {"unique": True}},
    ]
    built = build("id,x\na,1\nb,2\na,3\nb,4\nc,2\nd,5\n", fields=fields)
    assert built.rows == {"id": ["a", "b", "d"], "x": ["1", "2", "5"]}
    assert built.quarantined == [
        (3, "id", "unique", "a"),
        (4, "id", "unique", "b"),
        (5, "x", "unique", "2"),
    ]
