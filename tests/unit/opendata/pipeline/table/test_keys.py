from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.pipeline.table.keys import KeyWatch
from opendata.pipeline.table.plan import Key

ROWS = st.lists(st.tuples(st.one_of(st.none(), st.text("ab", max_size=3)), st.integers(0, 2)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS)
def test_repeats_are_exactly_the_later_occurrences(tmp_path: Path, rows) -> None:
    schema = pa.schema([("a", pa.string()), ("b", pa.int64())])
    batch = pa.RecordBatch.from_pylist([{"a": a, "b": b} for a, b in rows], schema)
    path = tmp_path / "table.parquet"
    pq.write_table(pa.Table.from_batches([batch]), path)
    watch = KeyWatch([Key("primary-key", ("a", "b"))])
    for start in range(0, len(rows), 4):
        watch.add(batch.slice(start, 4))
    expected, seen = [], set()
    for position, row in enumerate(rows):
        if row[0] is not None and row in seen:
            expected.append(position)
        seen.add(row)
    assert [repeat.position for repeat in watch.repeats(path)] == expected
