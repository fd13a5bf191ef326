"""What changed against what was promised, and whether readers would fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opendata.pipeline.contract import contract_of, difference
from opendata.pipeline.tables import BuiltTable, Column

NAME = Column("Tên tỉnh", "ten_tinh", "Tên tỉnh", "string")
COUNT = Column("Dân số", "dan_so", "Dân số", "integer")
DAY = Column("Ngày", "ngay", "Ngày", "date", "%d/%m/%Y")
TABLE = BuiltTable(
    name="",
    title="",
    columns=(NAME, COUNT, DAY),
    rows_read=1,
    rows_accepted=1,
    rows_quarantined=0,
    parquet=Path("x"),
    row_group_offsets=(0,),
    quarantine=None,
    problems=(),
    samples=(),
)
PROMISED = contract_of([TABLE])


def kinds(*columns: Column) -> list[tuple[str, str, bool]]:
    changes = difference(PROMISED, [replace(TABLE, columns=columns)])
    return [(change.kind, change.column, change.is_breaking) for change in changes]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ((NAME, COUNT, DAY), []),
        ((DAY, COUNT, NAME), []),
        ((NAME, COUNT, replace(DAY, format="default")), []),
        ((NAME, COUNT), [("column-gone", "Ngày", True)]),
        ((NAME, COUNT, DAY, replace(NAME, name="Mã")), [("column-added", "Mã", False)]),
        (
            (replace(NAME, name="Tên tỉnh/TP"), COUNT, DAY),
            [("column-renamed", "Tên tỉnh", True)],
        ),
        ((NAME, replace(COUNT, type="number"), DAY), [("type-widened", "Dân số", False)]),
        ((NAME, replace(COUNT, type="string"), DAY), [("type-changed", "Dân số", True)]),
        ((replace(NAME, type="integer"), COUNT, DAY), [("type-changed", "Tên tỉnh", True)]),
    ],
)
def test_difference_of_columns(
    columns: tuple[Column, ...], found: list[tuple[str, str, bool]]
) -> None:
    assert kinds(*columns) == found


def test_tables_come_and_go() -> None:
    changes = difference(PROMISED, [replace(TABLE, name="Sheet2")])
    assert [(c.kind, c.table, c.is_breaking) for c in changes] == [
        ("table-gone", "", True),
        ("table-added", "Sheet2", False),
    ]


def test_without_a_promise_nothing_differs() -> None:
    assert difference(None, [TABLE]) == ()


def test_promise_kept_by_an_older_release_is_understood() -> None:
    old = {"": [{"name": c.name, "type": c.type} for c in TABLE.columns]}
    assert difference(old, [TABLE]) == ()
