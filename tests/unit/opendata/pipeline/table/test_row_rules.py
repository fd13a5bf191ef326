"""Rules over more than one cell: comparisons, and codes that must be valid at a day."""

from __future__ import annotations

from typing import Any

import pytest

DATES = [
    {"name": "start", "type": "date"},
    {"name": "end", "type": "date", "format": "%d/%m/%Y"},
]


def test_start_after_end_is_set_aside(build) -> None:
    built = build(
        "start,end\n2025-01-02,01/01/2025\n2025-01-01,01/01/2025\n,01/01/2025\n2025-01-01,x\n",
        fields=DATES,
        **{"vn:rules": ["start <= end"]},
    )
    assert built.quarantined == [
        (1, "start", "row-rule", "2025-01-02"),
        (4, "end", "type", "x"),
    ]
    assert built.table.rows_read == built.table.rows_accepted + built.table.rows_quarantined
    assert {p.rule for p in built.table.samples if p.code == "row-rule"} == {"start <= end"}


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        ("a <= b", [2]),
        ("a < b", [2, 3]),
        ("a >= b", [1]),
        ("a > b", [1, 3]),
        ("a == b", [1, 2]),
        ("a != b", [3]),
        ("a <= 2", [2]),
        ("2 >= a", [2]),
        ("b != 2.5", [1]),
    ],
)
def test_every_sign(build, rule: str, bad: list[int]) -> None:
    fields = [{"name": "a", "type": "integer"}, {"name": "b", "type": "number"}]
    built = build("a,b\n1,2.5\n3,2\n2,2\n", fields=fields, **{"vn:rules": [rule]})
    assert [row for row, *_ in built.quarantined] == bad


def test_literal_of_a_text_and_of_a_date(build) -> None:
    fields = [{"name": "level", "type": "string"}, *DATES]
    rules = {"vn:rules": ["level != 'huyện'", "end >= '2025-01-01'"]}
    built = build(
        "level,start,end\nhuyện,,\nxã,,31/12/2024\nxã,,01/01/2025\n", fields=fields, **rules
    )
    assert [(row, column) for row, column, *_ in built.quarantined] == [(1, "level"), (2, "end")]


def test_rule_of_a_column_that_the_file_lacks_is_not_checked(build) -> None:
    built = build("start\n2025-01-02\n", fields=DATES, **{"vn:rules": ["start <= end"]})
    assert built.quarantined == []


PROVINCE = {"name": "province", "type": "string", "vn:codeList": "provinces"}


def test_code_must_be_in_the_list(build) -> None:
    built = build("province\n01\n02\n99\n1\n", fields=[PROVINCE])
    assert built.quarantined == [
        (3, "province", "code-list", "99"),
        (4, "province", "code-list", "1"),
    ]
    assert built.table.columns[0].codelist == "provinces"


@pytest.mark.parametrize(
    ("kind", "rows", "bad"),
    [
        ("date", ["02,2025-06-30", "02,2025-07-01", "24,2023-01-01", "24,2026-01-01", "02,"], [2]),
        ("datetime", ["02,2025-06-30T23:59:59", "02,2025-07-01T00:00:00"], [2]),
        ("year", ["02,2025", "02,2024", "02,2026"], [3]),
        ("string", ["02,2025-Q2", "02,2025-Q3", "02,2025-06", "02,2025-07", "02,quý"], [2, 4]),
        ("string", ["02,2025-06-30", "02,2025-07-01", "02,2025"], [2]),
    ],
)
def test_code_must_be_valid_at_the_day_of_the_row(
    build, kind: str, rows: list[str], bad: list[int]
) -> None:
    at: dict[str, Any] = {"name": "at", "type": kind}
    fields = [PROVINCE | {"vn:validAt": "at"}, at]
    built = build("\n".join(["province,at", *rows, ""]), fields=fields)
    assert built.quarantined == [(row, "province", "code-list-expired", "02") for row in bad]


def test_foreign_key_to_a_code_list(build) -> None:
    there = {"resource": "codelists/agencies", "fields": "code"}
    built = build(
        "agency\nG01\nX99\n",
        fields=[{"name": "agency", "type": "string"}],
        foreignKeys=[{"fields": "agency", "reference": there}],
    )
    assert built.quarantined == [(2, "agency", "code-list", "X99")]


def test_limits_that_are_not_part_of_the_range(build) -> None:
    rules = {"exclusiveMinimum": 0, "exclusiveMaximum": 10}
    fields = [{"name": "x", "type": "number", "constraints": rules}]
    built = build("x\n0\n0.1\n10\n9.9\n", fields=fields)
    assert [(row, code) for row, _, code, _ in built.quarantined] == [
        (1, "exclusive-minimum"),
        (3, "exclusive-maximum"),
    ]
    assert {p.rule for p in built.table.samples} == {"more than: 0", "less than: 10"}
