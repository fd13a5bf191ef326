"""Which column is which field, and what is told of a header that does not fit."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from opendata.pipeline.table import header_match
from opendata.services import table_schemas

FIELDS: list[dict[str, Any]] = [
    {"name": "code", "vn:aliases": ["Mã huyện", "Mã tỉnh"], "constraints": {"required": True}},
    {"name": "name", "vn:aliases": ["Tên huyện"]},
    {"name": "parent_code", "vn:aliases": ["Mã tỉnh"]},
]


def matched(header: list[str], **rest: Any) -> tuple[list[str], list[tuple[str, str, str]]]:
    schema = table_schemas.parse({"fields": FIELDS, **rest}, Path("test/1.0"))
    fields = header_match.match(header, schema)
    told = header_match.mismatch(fields, header, schema)
    return [of.name if of else "" for of in fields], [(p.code, p.field, p.value) for p in told]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (["code", "name"], ["code", "name"]),
        ([" CODE", "Name "], ["code", "name"]),
        (["Mã huyện", "Tên huyện"], ["code", "name"]),
        (["mã  HUYỆN", "ten_huyen"], ["code", "name"]),
        ([unicodedata.normalize("NFD", "Mã huyện"), "Tên huyện"], ["code", "name"]),
        # The alias that stands first wins, and leaves the other to the field that also has it.
        (["Mã tỉnh", "Tên huyện", "Mã huyện"], ["parent_code", "name", "code"]),
        (["Mã tỉnh", "Tên huyện"], ["code", "name"]),
        # A name of the schema counts before an alias.
        (["Mã huyện", "code"], ["", "code"]),
        (["code", "code"], ["code", ""]),
        # Marks alone tell these two apart: neither is guessed.
        (["mà huyện", "mã huyên", "name"], ["", "", "name"]),
        (["code", ""], ["code", ""]),
    ],
)
def test_columns_are_found(header: list[str], fields: list[str]) -> None:
    assert matched(header)[0] == fields


def test_close_name_is_proposed_and_still_missing() -> None:
    fields, told = matched(["codes", "name"])
    assert fields == ["", "name"]
    assert told == [
        ("missing-column", "code", ""),
        ("extra-column", "codes", ""),
        ("renamed-column", "code", "codes"),
    ]


def test_other_order_is_told() -> None:
    assert matched(["name", "code"])[1] == [("column-order", "code", "")]
    assert matched(["code", "other", "name"])[1] == [("extra-column", "other", "")]


@pytest.mark.parametrize(
    ("word", "header", "told"),
    [
        ("exact", ["code", "name", "parent_code"], []),
        ("exact", ["name", "code", "parent_code"], ["column-order"]),
        ("exact", ["code", "name"], ["missing-column"]),
        ("equal", ["name", "code", "parent_code"], []),
        ("equal", ["name", "code", "parent_code", "x"], ["extra-column"]),
        ("subset", ["x", "name", "code", "parent_code"], []),
        ("subset", ["name", "code"], ["missing-column"]),
        ("superset", ["name"], []),
        ("superset", ["name", "x"], ["extra-column"]),
        ("partial", ["name", "x"], []),
        ("partial", ["x"], ["missing-column"] * 3),
        ("", ["code"], []),
    ],
)
def test_schema_says_how_its_fields_must_match(
    word: str, header: list[str], told: list[str]
) -> None:
    rest = {"fieldsMatch": word} if word else {}
    assert [code for code, *_ in matched(header, **rest)[1]] == told
