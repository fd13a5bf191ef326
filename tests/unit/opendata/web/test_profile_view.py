"""The figures of a table, ready to be shown."""

from __future__ import annotations

from typing import Any

import pytest

from opendata.web import profile_view

COLUMNS = [
    {"name": "giá", "type": "number"},
    {"name": "năm", "type": "year"},
    {"name": "ngày", "type": "date"},
    {"name": "tên", "type": "string"},
]


def facts(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "nulls": 1_234, "distinct": 3, "is_distinct_exact": True, **more}


def view(*columns: dict[str, Any], language: str = "vi", **more: Any) -> profile_view.ProfileView:
    made = profile_view.make({"columns": list(columns), **more}, COLUMNS, language)
    assert made is not None
    return made


@pytest.mark.parametrize("profile", [{}, {"rows": 0, "columns": []}])
def test_table_without_profile_has_no_view(profile: dict[str, Any]) -> None:
    assert profile_view.make(profile, COLUMNS, "vi") is None


def test_numbers_are_written_as_people_read_them() -> None:
    price = facts("giá", min=0.5, max=1234567.0, mean=1 / 3, top=[[1.0, 2_000]])
    (column,) = view(price).columns
    assert (column.empty, column.low, column.high) == ("1.234", "0,5", "1.234.570")
    assert (column.mean, column.top) == ("0,333333", [("1", "2.000")])
    (column,) = view(price, language="en").columns
    assert (column.empty, column.low) == ("1,234", "0.5")


def test_years_days_and_texts_keep_their_form() -> None:
    year, day, name = view(
        facts("năm", min=1999, max=2024, mean=2010.5),
        facts("ngày", min="2024-01-31", max="2024-02-29"),
        facts("tên", lengths={"min": 2.0, "max": 1_500.0, "mean": 9.5}, top=[["a" * 100, 2]]),
    ).columns
    assert (year.low, year.high, year.mean) == ("1999", "2024", "")
    assert (day.low, day.high) == ("31/01/2024", "29/02/2024")
    assert name.lengths == ("2", "1.500")
    assert len(name.top[0][0]) == 61


def test_period_and_area_are_told() -> None:
    made = view(
        facts("năm"),
        period={"column": "ngày", "from": "2024-01-31", "to": "2024-02-29"},
        area={"column": "tên", "distinct": 63},
    )
    assert (made.period, made.areas) == (("31/01/2024", "29/02/2024"), "63")


def test_columns_behind_the_bound_are_counted() -> None:
    made = view(*(facts(f"c{number}") for number in range(60)))
    assert (len(made.columns), made.left_out) == (50, 10)


@pytest.mark.parametrize(
    ("counts", "path"),
    [
        ([], ""),
        ([0, 0], ""),
        ([1, 0, 1000], "M0 32V31H40V32H80V0H120V32Z"),
    ],
)
def test_histogram_is_one_path_and_no_bar_is_lost(counts: list[int], path: str) -> None:
    assert profile_view.outline(counts) == path
