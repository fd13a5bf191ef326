"""What was promised is kept where the values can bear it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opendata.config import Tables
from opendata.pipeline import detect
from opendata.pipeline.contract import contract_of, difference
from opendata.pipeline.tables import BuiltTable
from opendata.pipeline.tabulate import Promise, build_tables


@pytest.fixture
def build(tmp_path: Path):
    """Build a CSV, held against what an earlier one promised."""

    def run(text: str, earlier: BuiltTable | None = None, **values: Any) -> BuiltTable:
        path = tmp_path / "spool"
        path.write_text(text, encoding="utf-8")
        limits = Tables()
        shape = detect.shape_of(path, "csv", folder=tmp_path, limits=limits, where="here")
        promise = Promise(contract_of([earlier]), 5.0) if earlier else None
        (table,) = build_tables(
            shape, schema=None, folder=tmp_path, limits=limits, where="here", promise=promise
        )
        return table

    return run


def column(*values: object) -> str:
    return "ma,so\n" + "".join(f"x,{value}\n" for value in values)


def kinds(table: BuiltTable) -> tuple[str, str]:
    return table.columns[1].type, table.columns[1].why


def test_codes_that_look_like_numbers_this_month_stay_text(build) -> None:
    first = build(column("01", "02"))
    assert kinds(build(column(11, 12), first)) == ("string", "promised")


def test_one_bad_cell_costs_its_row_and_not_the_type(build) -> None:
    first = build(column(*range(1000, 1100)))
    second = build(column(*range(1000, 1100), "không rõ"), first)
    assert kinds(second) == ("integer", "promised")
    assert (second.rows_accepted, second.rows_quarantined) == (100, 1)
    assert difference(contract_of([first]), [second]) == ()


def test_column_that_became_text_is_read_as_text_and_told(build) -> None:
    first = build(column(*range(1000, 1100)))
    second = build(column(*(f"khoảng {n}" for n in range(100))), first)
    assert (kinds(second)[0], second.rows_quarantined) == ("string", 0)
    (change,) = difference(contract_of([first]), [second])
    assert (change.kind, change.before, change.after) == ("type-changed", "integer", "string")


def test_wider_numbers_are_flagged_and_published(build) -> None:
    first = build(column(1000, 2000))
    second = build(column(1000, 2000.5), first)
    (change,) = difference(contract_of([first]), [second])
    assert (kinds(second)[0], change.kind) == ("number", "type-widened")


def test_whole_numbers_in_a_column_of_decimals_stay_decimals(build) -> None:
    first = build(column(1000.5, 2000))
    assert kinds(build(column(1000, 2000), first)) == ("number", "promised")


def test_decimal_commas_are_read_as_they_were_promised(build) -> None:
    first = build("ma;so\n" + "".join(f"x;{n},5\n" for n in range(100)))
    second = build("ma;so\n" + "".join(f"x;{n},5\n" for n in range(100)) + "x;chưa có\n", first)
    assert (kinds(second)[0], second.rows_quarantined) == ("number", 1)


def test_column_that_has_no_values_keeps_its_type(build) -> None:
    first = build(column(1000, 2000))
    assert kinds(build(column("", ""), first)) == ("integer", "promised")
