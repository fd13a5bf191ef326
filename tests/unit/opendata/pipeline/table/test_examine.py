"""What only the whole table shows, in this process and in a child alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from opendata.pipeline.apart import Apart
from opendata.pipeline.table import examiner
from opendata.pipeline.table.examine import Examined, Task
from opendata.pipeline.tables import Column


def column(name: str, kind: str, role: str = "", alias: str = "") -> Column:
    return Column(name, alias or name, name, kind, role=role)


@pytest.fixture(params=["here", "in a child"])
def look(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Examine a table given as {name: values}."""
    if request.param == "in a child":
        monkeypatch.setattr(examiner, "_SMALL", -1)

    def run(values: dict[str, Any], *columns: Column, **known: Any) -> Examined:
        table = pa.table(values)
        pq.write_table(table, tmp_path / "table.parquet")
        task = Task(
            tmp_path / "table.parquet", tmp_path / "folded.parquet", len(table), columns, **known
        )
        with examiner.Examiner() as made:
            return made.examine(task, "here")

    return run


def facts(found: Examined, name: str) -> dict[str, Any]:
    return next(c for c in found.profile["columns"] if c["name"] == name)


def test_profile_of_numbers_texts_and_days(look) -> None:
    found = look(
        {
            "so": [1, 2, 3, 4, None],
            "ten": ["Hà Nội", "Hà Nội", "Huế", None, None],
            "ngay": pa.array([19000, 19001, None, None, 19005], pa.date32()),
        },
        column("so", "integer"),
        column("ten", "string"),
        column("ngay", "date", role="period"),
    )
    so, ten, ngay = (facts(found, name) for name in ("so", "ten", "ngay"))
    assert (so["nulls"], so["min"], so["max"], so["mean"]) == (1, 1, 4, 2.5)
    assert sum(so["histogram"]["counts"]) == 4
    assert (ten["distinct"], ten["is_distinct_exact"]) == (2, True)
    assert ten["top"] == [["Hà Nội", 2], ["Huế", 1]]
    assert ten["lengths"]["max"] == 6
    assert found.profile["period"] == {"column": "ngay", "from": "2022-01-08", "to": "2022-01-13"}


def test_rows_that_repeat_are_told_with_their_places(look) -> None:
    found = look(
        {"a": [1, 2, 1, 1], "b": ["x", "y", "x", "x"]},
        column("a", "integer"),
        column("b", "string"),
    )
    (note,) = [note for note in found.notes if note.code == "duplicate-row"]
    assert (note.count, note.positions) == (2, (2, 3))


def test_table_with_a_key_is_not_asked_for_repeats(look) -> None:
    found = look({"a": [1, 1]}, column("a", "integer"), is_keyed=True)
    assert found.notes == ()


def test_blank_column_is_told(look) -> None:
    found = look(
        {"a": [1, 2], "b": pa.array([None, None], pa.string())},
        column("a", "integer"),
        column("b", "string"),
    )
    assert [(n.code, n.column) for n in found.notes] == [("blank-column", "b")]


@pytest.mark.parametrize(
    ("total", "codes"),
    [("60", []), ("61", ["total-mismatch"]), ("20", []), ("", []), ("không rõ", [])],
)
def test_total_is_held_against_the_sum(look, total: str, codes: list[str]) -> None:
    found = look(
        {"tinh": ["a", "b", "c"], "dan_so": [10, 20, 30]},
        column("tinh", "string"),
        column("dan_so", "integer"),
        apart=(Apart("total", ("Tổng", total)),),
    )
    assert [note.code for note in found.notes] == codes


def test_rounded_values_may_miss_their_total_by_their_rounding(look) -> None:
    found = look(
        {"ti_le": [33.3, 33.3, 33.3]},
        column("ti_le", "number"),
        apart=(Apart("total", ("100.0",)),),
    )
    assert [note.code for note in found.notes if note.code == "total-mismatch"] == []


def test_small_counts_of_people_by_area_are_warned_of(look) -> None:
    columns = (
        column("xa", "string", role="area-name"),
        column("Số ca mắc", "integer", alias="so_ca_mac"),
    )
    found = look({"xa": ["a", "b", "c"], "Số ca mắc": [1, 4, 50]}, *columns)
    assert [(n.code, n.column, n.count) for n in found.notes] == [("small-cell", "Số ca mắc", 2)]


def test_folded_copy_lies_row_for_row_beside_the_table(look) -> None:
    found = look(
        {"ten": ["Đà Nẵng", None, "HUẾ – cổ"], "ma": ["01", "02", "03"]},
        column("ten", "string"),
        column("ma", "string"),
        folding=("ten",),
    )
    assert found.folded is not None
    folded = pq.read_table(found.folded)
    assert folded.to_pydict() == {"ten": ["da nang", None, "hue – co"]}


def test_empty_table_has_a_profile(look) -> None:
    found = look({"a": pa.array([], pa.int64())}, column("a", "integer"))
    assert (found.profile["rows"], facts(found, "a")["nulls"]) == (0, 0)


def test_small_and_large_tables_have_one_profile(look, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"so": [1.5, 2, 2, 9, 11, None], "ten": ["a", "b", "b", None, "d", "e"]}
    columns = (column("so", "number"), column("ten", "string"))
    small = look(values, *columns).profile
    monkeypatch.setattr("opendata.pipeline.table.profile.MOST_VALUES", 5)
    assert look(values, *columns).profile == small
