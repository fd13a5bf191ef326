"""A problem says what was expected, in a bounded text."""

from __future__ import annotations

from typing import Any

import pytest

ID = {"name": "id", "type": "integer"}


def field(name: str, kind: str = "string", **rules: Any) -> dict[str, Any]:
    form = rules.pop("format", "default")
    return {"name": name, "type": kind, "format": form, "constraints": rules}


@pytest.mark.parametrize(
    ("column", "bad", "rule"),
    [
        (field("x", "integer"), "5.5", "type: integer"),
        (field("x", "date", format="%d/%m/%Y"), "2021", "type: date, %d/%m/%Y"),
        (field("x", required=True), "", ""),
        (field("x", enum=["a", "b"]), "c", "one of: a, b"),
        (field("x", pattern="[0-9]{2}"), "123", "pattern: [0-9]{2}"),
        (field("x", "integer", minimum=3), "2", "minimum: 3"),
        (field("x", "number", maximum=100), "101", "maximum: 100"),
        (field("x", minLength=2), "đ", "min-length: 2"),
        (field("x", maxLength=2), "đđđ", "max-length: 2"),
    ],
)
def test_sample_and_count_name_the_rule(build, column: dict[str, Any], bad: str, rule: str) -> None:
    table = build(f"id,x\n1,{bad}\n", fields=[ID, column]).table
    assert [(p.field, p.rule) for p in table.samples] == [("x", rule)]
    assert [(p.column, p.rule) for p in table.problems] == [("x", rule)]


def test_key_and_width_are_rules_too(build) -> None:
    table = build("id,x\n1,a\n1,b\n2,c,d\n", fields=[ID, field("x")], primaryKey=["id"]).table
    assert {p.code: p.rule for p in table.samples} == {
        "primary-key": "unique: id",
        "row-width": "cells: 2",
    }


def test_long_list_of_choices_is_cut(build) -> None:
    words = [f"giá trị {number}" for number in range(100)]
    (sample,) = build("id,x\n1,none\n", fields=[ID, field("x", enum=words)]).table.samples
    assert len(sample.rule) == 200
    assert sample.rule.endswith("…")
