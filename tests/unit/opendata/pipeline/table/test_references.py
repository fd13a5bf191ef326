"""Keys into the same table: what points nowhere is set aside, with what points to that."""

from __future__ import annotations

from typing import Any

FIELDS: list[dict[str, Any]] = [{"name": "code"}, {"name": "parent"}]
KEY = {"fields": "parent", "reference": {"resource": "", "fields": "code"}}


def test_row_that_points_nowhere_is_set_aside(build) -> None:
    built = build("code,parent\nb,a\na,\nc,x\n", fields=FIELDS, foreignKeys=[KEY])
    assert built.quarantined == [(3, "parent", "foreign-key", "x")]
    assert built.rows["code"] == ["b", "a"]
    assert [p.rule for p in built.table.problems] == ["in: code"]


def test_what_points_to_a_row_set_aside_follows_it(build) -> None:
    built = build("code,parent\na,x\nb,a\nc,b\nd,\n", fields=FIELDS, foreignKeys=[KEY])
    assert [row for row, *_ in built.quarantined] == [1, 2, 3]
    assert built.rows["code"] == ["d"]
    assert built.table.rows_read == built.table.rows_accepted + built.table.rows_quarantined


def test_repeats_of_a_key_and_rows_rejected_before_are_counted_once(build) -> None:
    fields = [{"name": "code", "constraints": {"unique": True}}, *FIELDS[1:]]
    built = build("code,parent\na,\na,x\nb,a,\nc,a\nd,b\n", fields=fields, foreignKeys=[KEY])
    assert [(row, code) for row, _, code, _ in built.quarantined] == [
        (2, "unique"),
        (3, "row-width"),
        (5, "foreign-key"),
    ]
    assert built.rows["code"] == ["a", "c"]
    assert (built.table.rows_read, built.table.rows_accepted) == (5, 2)


def test_key_of_two_parts_with_numbers(build) -> None:
    fields = [
        {"name": "level"},
        {"name": "number", "type": "integer"},
        {"name": "up_level"},
        {"name": "up_number", "type": "integer"},
    ]
    there = {"resource": "", "fields": ["level", "number"]}
    key = {"fields": ["up_level", "up_number"], "reference": there}
    built = build(
        "level,number,up_level,up_number\np,1,,\nw,1,p,1\nw,2,p,2\nw,3,p,\n",
        fields=fields,
        foreignKeys=[key],
    )
    assert [(row, column) for row, column, *_ in built.quarantined] == [(3, "up_level, up_number")]


def test_key_into_another_table_is_not_checked(build) -> None:
    key = {"fields": "parent", "reference": {"resource": "other", "fields": "code"}}
    assert build("code,parent\na,x\n", fields=FIELDS, foreignKeys=[key]).quarantined == []


def test_unique_keys_beside_the_primary_key(build) -> None:
    built = build(
        "code,parent\na,1\nb,1\na,1\nc,\nc,\n", fields=FIELDS, uniqueKeys=[["code", "parent"]]
    )
    assert built.quarantined == [(3, "code, parent", "unique", "a, 1")]
