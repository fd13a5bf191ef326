"""The code lists fit their own schemas, and what sources write is found in them."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opendata import bundled
from opendata.errors import NotFound
from opendata.services import codelists

FOLDER = bundled.path("schemas") / "codelists"
LISTS = sorted(FOLDER.glob("*.csv"))


def read(path: Path) -> tuple[list[str], list[dict[str, str]], dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
    schema = json.loads(path.with_suffix("").with_suffix(".schema.json").read_text("utf-8"))
    return list(reader.fieldnames or ()), rows, schema


def faults(value: str, rules: dict[str, Any]) -> bool:
    if not value:
        return bool(rules.get("required"))
    outside = "enum" in rules and value not in rules["enum"]
    return outside or not re.search(rules.get("pattern", ""), value)


def test_there_are_seven_lists_each_with_a_schema() -> None:
    names = [path.stem for path in LISTS]
    assert names == [
        *("agencies", "aliases", "frequencies", "lexicon", "licences", "provinces", "themes")
    ]
    assert len(list(FOLDER.glob("*.schema.json"))) == len(names)


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_header_is_the_fields_of_the_schema(path: Path) -> None:
    header, _, schema = read(path)
    assert header == [field["name"] for field in schema["fields"]]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_every_value_keeps_its_constraints(path: Path) -> None:
    _, rows, schema = read(path)
    rules = {field["name"]: field.get("constraints", {}) for field in schema["fields"]}
    broken = [(n, v) for row in rows for n, v in row.items() if faults(v, rules[n])]
    assert rows
    assert broken == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_keys_are_unique(path: Path) -> None:
    _, rows, schema = read(path)
    found = schema.get("primaryKey") or schema["uniqueKeys"][0]
    key = found if isinstance(found, list) else [found]
    keys = [tuple(row[name] for name in key) for row in rows]
    assert len(set(keys)) == len(keys)


def test_every_alias_leads_to_an_entry_and_to_it_only() -> None:
    _, rows, _ = read(FOLDER / "aliases.csv")
    find = {
        "licences": codelists.find_licence,
        "themes": codelists.find_theme,
        "frequencies": codelists.find_frequency,
    }
    ids = {
        "licences": {entry.id for entry in codelists.licences()},
        "themes": {entry.id for entry in codelists.themes()},
        "frequencies": {entry.id for entry in codelists.frequencies()},
    }
    for row in rows:
        assert row["id"] in ids[row["list"]]
        assert find[row["list"]](row["alias"]) == row["id"], row


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cc-by-4.0", "cc-by-4.0"),
        ("cc-by", "cc-by-4.0"),
        ("CC-BY 4.0", "cc-by-4.0"),
        ("CC_BY_4_0", "cc-by-4.0"),
        ("Creative Commons Attribution", "cc-by-4.0"),
        ("http://creativecommons.org/licenses/by/4.0", "cc-by-4.0"),
        ("https://www.creativecommons.org/licenses/by/4.0/deed.vi", "cc-by-4.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/legalcode", "cc-by-sa-4.0"),
        ("http://publications.europa.eu/resource/authority/licence/CC0", "cc0-1.0"),
        ("Dieu khoan su dung du lieu mo cua co quan nha nuoc", "odl-vn"),
        ("https://creativecommons.org/licenses/by/3.0/", None),
        ("cc-by-nc-4.0", None),
        ("", None),
    ],
)
def test_licence_is_found_by_what_sources_write(text: str, expected: str | None) -> None:
    assert codelists.find_licence(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("health", "health"),
        ("Y tế", "health"),
        ("y-te", "health"),
        ("Y TẾ", "health"),
        ("http://publications.europa.eu/resource/authority/data-theme/HEAL", "health"),
        ("Đất đai", "land"),
        ("dat-dai", "land"),
        ("thu-tuc-hanh-chinh", "public-services"),
        ("astrology", None),
    ],
)
def test_theme_is_found_by_what_sources_write(text: str, expected: str | None) -> None:
    assert codelists.find_theme(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theo tháng", "monthly"),
        ("R/P1Y", "annual"),
        ("http://publications.europa.eu/resource/authority/frequency/QUARTERLY", "quarterly"),
        ("now and then", None),
    ],
)
def test_frequency_is_found_by_what_sources_write(text: str, expected: str | None) -> None:
    assert codelists.find_frequency(text) == expected


def test_a_text_without_a_word_means_nothing() -> None:
    assert codelists.find_licence(" / ") is None


def test_terms_of_state_agencies_are_not_open_by_the_definition() -> None:
    assert not codelists.licence("odl-vn").is_open


def test_unknown_licence_names_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"cc-by-4\.0"):
        codelists.licence("wtfpl")


def test_frequency_without_limit_has_no_days() -> None:
    days = {entry.id: entry.days for entry in codelists.frequencies()}
    assert days["monthly"] == 31
    assert days["irregular"] is None


def test_merged_ministry_ends_and_names_an_agency_of_the_list() -> None:
    by_code = {agency.code: agency for agency in codelists.agencies()}
    assert by_code["G14"].valid_to == date(2025, 2, 28)
    assert by_code["G14"].successor_code == "G06"
    for agency in by_code.values():
        assert not agency.successor_code or agency.successor_code in by_code
        assert not agency.parent_code or agency.parent_code in by_code
