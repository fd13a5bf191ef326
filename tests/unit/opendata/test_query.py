from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from opendata import query
from opendata.pipeline.table.parquet import ROW_GROUP, TableWriter


@pytest.fixture
def table(tmp_path: Path) -> Path:
    columns: dict[str, Any] = {
        "Tên, đầy đủ": ['Hà "Nội"', None, "a\nb"],
        "số": [1.5, None, float("nan")],
        "đúng": [True, False, None],
        "ngày": [date(2021, 2, 3), None, date(1, 1, 1)],
        "lúc": [datetime(2021, 2, 3, 4, 5), None, None],
        "giờ": pa.array(
            [datetime(2021, 2, 3, 4, 5, 6, 500_000, UTC), None, None], pa.timestamp("us", "UTC")
        ),
    }
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def long_table(tmp_path: Path) -> tuple[Path, tuple[int, ...]]:
    path = tmp_path / "long.parquet"
    count = 2 * ROW_GROUP + 10
    batch = pa.record_batch({"n": pa.array(range(count))})
    with TableWriter(path, batch.schema) as writer:
        writer.write(batch)
    return path, writer.offsets


@pytest.mark.parametrize(
    ("start", "count"),
    [(0, 3), (ROW_GROUP - 2, 4), (ROW_GROUP, 1), (2 * ROW_GROUP + 8, 100), (5, ROW_GROUP * 2)],
)
def test_slice_is_the_rows_asked_for(
    long_table: tuple[Path, tuple[int, ...]], start: int, count: int
) -> None:
    path, offsets = long_table
    total = pq.read_metadata(path).num_rows
    found = query.slice_rows(path, offsets, start, count).column("n").to_pylist()
    assert found == list(range(start, min(total, start + count)))


def test_slice_outside_the_table_is_empty_and_keeps_its_columns(
    long_table: tuple[Path, tuple[int, ...]],
) -> None:
    path, offsets = long_table
    for start, count in ((10**9, 5), (0, 0), (0, -1)):
        found = query.slice_rows(path, offsets, start, count)
        assert (found.num_rows, found.column_names) == (0, ["n"])


def test_table_without_rows_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), path)
    assert query.slice_rows(path, (), 0, 10).num_rows == 0
    assert b"".join(query.iter_csv(path)) == b"a\n"
    assert json.loads(b"".join(query.iter_json(path))) == []


def test_csv_has_iso_dates_and_empty_nulls(table: Path) -> None:
    text = b"".join(query.iter_csv(table)).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["Tên, đầy đủ", "số", "đúng", "ngày", "lúc", "giờ"]
    assert rows[1] == [
        'Hà "Nội"', "1.5", "true", "2021-02-03", "2021-02-03T04:05:00",
        "2021-02-03T04:05:06.500000Z",
    ]  # fmt: skip
    assert rows[2] == ["", "", "false", "", "", ""]
    assert rows[3][0] == "a\nb"


def test_times_of_day_are_written_with_fractions_where_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    whole, parts = [time(7, 5), None], [time(7, 5, 6, 250_000), time(8)]
    kind = pa.time64("us")
    pq.write_table(pa.table({"a": pa.array(whole, kind), "b": pa.array(parts, kind)}), path)
    lines = list(csv.reader(io.StringIO(b"".join(query.iter_csv(path)).decode())))
    assert lines[1:] == [["07:05:00", "07:05:06.250000"], ["", "08:00:00.000000"]]
    rows = json.loads(b"".join(query.iter_json(path)))
    assert rows[0] == {"a": "07:05:00", "b": "07:05:06.250000"}
    assert rows[1]["a"] is None


def test_columns_are_found_by_name_and_by_alias(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    schema = pa.schema([pa.field("Tên", pa.string(), metadata={"alias": "ten"})])
    pq.write_table(pa.table({"Tên": ["a"]}, schema=schema), path)
    for asked in ("Tên", "ten"):
        found = query.first_rows(path, 1, columns=[asked])
        assert found.to_pydict() == {"Tên": ["a"]}
    with pytest.raises(KeyError, match="No column of this table is called 'x'"):
        query.first_rows(path, 1, columns=["x"])


def test_excel_gets_a_mark_semicolons_decimal_commas_and_no_formulas(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    cells = ["=1+1", "-5", "+84 90", "@x", "-cmd", "a"]
    pq.write_table(pa.table({"a": cells, "b": [1.5] * 6}), path)
    data = b"".join(query.iter_csv(path, for_excel=True))
    assert data.startswith(b"\xef\xbb\xbfa;b\n")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "-5", "+84 90", "'@x", "'-cmd", "a"]
    assert rows[1][1] == "1,5"


def test_one_column_keeps_its_empty_rows_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": ["x", None, "y"]}), path)
    rows = list(csv.reader(io.StringIO(b"".join(query.iter_csv(path)).decode())))
    assert rows == [["a"], ["x"], [""], ["y"]]


def test_json_is_an_array_of_objects_without_nan(table: Path) -> None:
    rows = json.loads(b"".join(query.iter_json(table)), parse_constant=pytest.fail)
    assert rows[0]["Tên, đầy đủ"] == 'Hà "Nội"'
    assert rows[0]["giờ"] == "2021-02-03T04:05:06.500000Z"
    assert rows[0]["đúng"] is True
    assert rows[2]["số"] is None
    assert len(rows) == pq.read_metadata(table).num_rows == 3


def test_exports_stream_over_batches(long_table: tuple[Path, tuple[int, ...]]) -> None:
    path, _ = long_table
    pieces = list(query.iter_json(path))
    assert len(pieces) > 3
    assert len(json.loads(b"".join(pieces))) == pq.read_metadata(path).num_rows
    assert b"".join(query.iter_csv(path)).count(b"\n") == pq.read_metadata(path).num_rows + 1


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("＝1+1", "'＝1+1"),
        ("\n=1", "'\n=1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("- 1+1", "'- 1+1"),
        ("-5", "-5"),
        ("+84 24 3333", "+84 24 3333"),
        ("Hà Nội", "Hà Nội"),
    ],
)
def test_cell_that_excel_would_run_is_made_harmless(tmp_path: Path, cell: str, shown: str) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"=cột": [cell]}), path)
    text = b"".join(query.iter_csv(path, for_excel=True)).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=";")) == [["'=cột"], [shown]]
