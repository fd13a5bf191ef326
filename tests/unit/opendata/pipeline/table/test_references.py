"""Keys into the same table: what points nowhere is set aside, with what points to that."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

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


OTHER = {"fields": "parent", "reference": {"resource": "Tinh", "fields": "ma_tinh"}}


def packed(**members: str) -> bytes:
    """Return a ZIP of CSV files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"du-lieu/{name}.csv", text)
    return target.getvalue()


@pytest.mark.parametrize("order", [("xa", "tinh"), ("tinh", "xa")])
def test_key_into_another_table_of_the_file(build, order: tuple[str, str]) -> None:
    # The other table shares a column with the schema, and is none of its tables all the same.
    texts = {
        "xa": "code,parent\na,01\nb,99\nc,\nd,02\n",
        "tinh": "Mã tỉnh,code\n01,x\n02,y\n",
    }
    content = packed(**{name: texts[name] for name in order})
    built = build(content, claim="zip", fields=FIELDS, foreignKeys=[OTHER])
    units, provinces = sorted(built.tables, key=lambda table: table.name, reverse=True)
    assert [table.name for table in built.tables] == [f"du-lieu/{name}.csv" for name in order]
    assert (units.rows_accepted, units.rows_quarantined, units.schema) == (3, 1, "test/1.0")
    assert [(p.row, p.field, p.code, p.rule) for p in units.samples] == [
        (2, "parent", "foreign-key", "in: Tinh (Mã tỉnh)")
    ]
    assert (provinces.schema, provinces.rows_accepted) == ("learned", 2)


@pytest.mark.parametrize("header", ["ma_tinh", "ma_vung"])
def test_key_into_a_table_that_the_file_lacks_is_told(build, header: str) -> None:
    members = {
        "xa": "code,parent\na,x\n",
        "huyen" if header == "ma_tinh" else "tinh": f"{header}\n1\n",
    }
    tables = build(packed(**members), claim="zip", fields=FIELDS, foreignKeys=[OTHER]).tables
    (units,) = (table for table in tables if table.schema == "test/1.0")
    assert units.rows_quarantined == 0
    assert [(p.code, p.field, p.rule) for p in units.schema_mismatch] == [
        ("missing-table", "parent", "in: Tinh (ma_tinh)")
    ]


def test_unique_keys_beside_the_primary_key(build) -> None:
    built = build(
        "code,parent\na,1\nb,1\na,1\nc,\nc,\n", fields=FIELDS, uniqueKeys=[["code", "parent"]]
    )
    assert built.quarantined == [(3, "code, parent", "unique", "a, 1")]
