from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.unpack import declared

FORMS = ("parquet", "feather", "file", "stream")
ZONED = "%Y-%m-%dT%H:%M:%S%z"
DAY = dt.date(2020, 2, 29)
MOMENT = dt.datetime(2020, 1, 2, 3, 4, 5, 678)
NOON = dt.datetime(2020, 1, 2, 12, tzinfo=dt.UTC)


def write(table: pa.Table, path: Path, form: str = "parquet") -> Path:
    if form == "parquet":
        pq.write_table(table, path)
    elif form == "feather":
        feather.write_feather(table, path)
    else:
        new = pa.ipc.new_file if form == "file" else pa.ipc.new_stream
        with new(path, table.schema) as out:
            out.write_table(table, max_chunksize=2)
    return path


def one(values: pa.Array, name: str = "x") -> pa.Table:
    """A table of this column and one more, so that no row is empty."""
    return pa.table({"n": pa.array(range(len(values)), pa.int32()), name: values})


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_table(build, tmp_path: Path, form: str) -> None:
    table = one(pa.array(["007", "", None, "e\u0302"]), "ma")
    built = build(write(table, tmp_path / "data", form), claim=form)
    assert built.shape.format == ("parquet" if form == "parquet" else "arrow")
    assert built.types == {"n": "integer", "ma": "string"}
    assert built.rows == {"n": [0, 1, 2, 3], "ma": ["007", None, None, "ê"]}


@pytest.mark.parametrize(
    ("type_", "given_", "kind", "expected"),
    [
        (pa.int8(), [1, None, -3], ("integer", "default"), [1, None, -3]),
        (pa.uint64(), [1, None], ("integer", "default"), [1, None]),
        (pa.uint64(), [2**64 - 1, None], ("string", "default"), ["18446744073709551615", None]),
        (pa.float32(), [0.1, float("nan"), None], ("number", "default"), [0.1, None, None]),
        (pa.float64(), [1 / 3, 1e300, -0.0], ("number", "default"), [1 / 3, 1e300, 0.0]),
        (pa.float16(), [0.5, None], ("number", "default"), [0.5, None]),
        (pa.decimal128(20, 2), [Decimal("-1.50")], ("number", "default"), [-1.5]),
        (pa.decimal128(9, 0), [Decimal(7)], ("integer", "default"), [7]),
        (pa.bool_(), [True, None, False], ("boolean", "default"), [True, None, False]),
        (pa.date32(), [DAY, None], ("date", "default"), [DAY, None]),
        (pa.date64(), [DAY, None], ("date", "default"), [DAY, None]),
        (pa.timestamp("ns"), [MOMENT, None], ("datetime", "default"), [MOMENT, None]),
        (pa.timestamp("ms", "Asia/Ho_Chi_Minh"), [NOON, None], ("datetime", ZONED), [NOON, None]),
        (pa.time64("us"), [dt.time(7, 30)], ("string", "default"), ["07:30:00"]),
        (pa.duration("s"), [dt.timedelta(hours=25)], ("string", "default"), ["25:00:00"]),
        (pa.large_string(), ["a", None], ("string", "default"), ["a", None]),
        (pa.dictionary(pa.int8(), pa.string()), ["a", "a"], ("string", "default"), ["a", "a"]),
        (pa.list_(pa.int8()), [[1, None], []], ("string", "default"), ["[1, null]", "[]"]),
        (pa.list_(pa.date32()), [[DAY]], ("string", "default"), ['["2020-02-29"]']),
        (pa.null(), [None, None], ("string", "default"), [None, None]),
    ],
    ids=str,
)  # fmt: skip
def test_type_is_kept_as_it_is_declared(
    build, tmp_path: Path, type_: pa.DataType, given_: list[Any], kind: Any, expected: list[Any]
) -> None:
    # Parquet has fewer types than Arrow; as an Arrow file each of them arrives.
    built = build(write(one(pa.array(given_, type_)), tmp_path / "data", "file"), claim="arrow")
    assert built.shape.tables[0].kinds[1] == kind
    assert built.table.columns[1].type == kind[0]
    assert built.table.rows_quarantined == 0
    found = built.rows["x"]
    assert found == (pytest.approx(expected) if kind[0] == "number" else expected)


def test_records_inside_records_are_columns_of_their_own(build, tmp_path: Path) -> None:
    rows = [{"a": 1, "b": {"c": "q"}}, None, {"a": 3, "b": None}]
    built = build(write(one(pa.array(rows)), tmp_path / "data"), claim="parquet")
    assert built.types == {"n": "integer", "x.a": "integer", "x.b.c": "string"}
    assert built.rows == {"n": [0, 1, 2], "x.a": [1, None, 3], "x.b.c": ["q", None, None]}


def test_bytes_are_no_column_and_named(build, tmp_path: Path) -> None:
    built = build(write(one(pa.array([b"\1", None])), tmp_path / "data"), claim="parquet")
    assert list(built.types) == ["n"]
    assert [(p.code, p.field, p.value) for p in built.shape.problems] == [
        ("unreadable-column", "x", "binary")
    ]


def test_table_of_bytes_alone_is_none(build, tmp_path: Path) -> None:
    built = build(write(pa.table({"x": [b"\1"]}), tmp_path / "data"), claim="parquet")
    assert (built.shape.reason, built.tables) == ("no-rows", ())


def test_table_without_rows_is_none(build, tmp_path: Path) -> None:
    built = build(write(pa.table({"x": pa.array([], "int8")}), tmp_path / "data"), claim="parquet")
    assert (built.shape.reason, built.tables) == ("no-rows", ())


def test_order_of_rows_is_kept_over_batches(build, tmp_path: Path) -> None:
    path = tmp_path / "data"
    numbers = pa.array([n * 7919 % 100_003 for n in range(100_003)])
    pq.write_table(pa.table({"x": numbers}), path, row_group_size=10_000)
    assert build(path, claim="parquet").rows["x"] == numbers.to_pylist()


@pytest.mark.parametrize("form", ["parquet", "file", "stream"])
def test_file_cut_anywhere_is_refused(build, tmp_path: Path, form: str) -> None:
    path = write(one(pa.array(["a"] * 1_000)), tmp_path / "data", form)
    whole = path.read_bytes()
    for length in (len(whole) // 3, len(whole) - 9):
        path.write_bytes(whole[:length])
        with pytest.raises(SourceFailure) as failure:
            build(path, claim="parquet")
        assert failure.value.reason == "unreadable"


def test_millions_of_rows_in_a_few_bytes_are_refused_before_they_are_read(
    build, tmp_path: Path
) -> None:
    path = write(pa.table({"x": pa.nulls(5_000_000, pa.int8())}), tmp_path / "data")
    assert path.stat().st_size < 50_000
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="parquet", limits=Tables(max_unpacked_bytes=10_000_000))
    assert failure.value.reason == "unpacked-too-large"


def test_too_many_columns_are_refused(build, tmp_path: Path) -> None:
    path = write(pa.table({f"c{n}": [1] for n in range(1_001)}), tmp_path / "data")
    with pytest.raises(SourceFailure) as failure:
        build(path, claim="parquet")
    assert failure.value.reason == "too-many-columns"


@given(st.binary(max_size=200), st.integers(0, 10**6))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_bytes_never_crash_the_harvest(build, tmp_path: Path, junk: bytes, at: int) -> None:
    table = one(pa.array(["a", "b", None] * 100).dictionary_encode())
    whole = write(table, tmp_path / "data", "file").read_bytes()
    at %= len(whole)
    (tmp_path / "hurt").write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    # A SourceFailure has a reason; any other error is a fault.
    with contextlib.suppress(SourceFailure):
        build(tmp_path / "hurt", claim="arrow")


@given(
    st.lists(st.text(max_size=4) | st.none(), min_size=1, max_size=6)
    | st.lists(st.floats(allow_nan=True, allow_infinity=False) | st.none(), min_size=1, max_size=6)
    | st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1, max_size=6)
)
def test_text_of_a_column_is_read_back_as_its_values(values: list[Any]) -> None:
    column = pa.array(values)
    text = declared.text_of(column)
    assert len(text) == len(values)
    if pa.types.is_floating(column.type):
        known = [None if v is None or v != v else v for v in values]  # noqa: PLR0124 - NaN
        assert [None if t is None else float(t) for t in text.to_pylist()] == known
    elif pa.types.is_integer(column.type):
        assert text.cast(pa.int64()).to_pylist() == values
