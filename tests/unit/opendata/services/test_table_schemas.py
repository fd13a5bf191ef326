"""Table Schema documents: what is read from them, and what is refused with which sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opendata.errors import SettingError
from opendata.services.table_schemas import TableSchema, parse, published

ID = {"name": "id"}
# Published with a date format on a text: the standard does not know it, and nothing would check it.
REFUSED = {
    "covid-19/datapackage.json#key-countries-pivoted": "format of string",
    "covid-19/datapackage.json#worldwide-aggregate": "format of string",
}


def read(*fields: dict[str, Any], **rest: Any) -> TableSchema:
    return parse({"fields": list(fields), **rest}, Path("test/1.0"))


def test_everything_of_a_field_is_read() -> None:
    (found,) = read(
        {
            "name": "price",
            "type": "number",
            "title": "Giá",
            "example": 1.5,
            "rdfType": "https://schema.org/price",
            "decimalChar": ",",
            "groupChar": ".",
            "bareNumber": False,
            "missingValues": [{"value": "-", "label": "không có"}, "…"],
            "constraints": {"minimum": 0.5, "exclusiveMaximum": "1.000,5", "enum": "1|2,5"},
            "vn:aliases": ["Giá"],
            "vn:unit": "đồng",
            "vn:role": "measure",
            "vn:personal": ["phone"],
        }
    ).fields
    assert found.options == {"decimalChar": ",", "groupChar": ".", "bareNumber": "false"}
    assert (found.example, found.rdf_type) == ("1.5", "https://schema.org/price")
    assert found.missing_values == ("-", "…")
    assert found.constraints.minimum == "0,5"
    assert found.constraints.exclusive_maximum == "1.000,5"
    assert found.constraints.enum == ("1", "2,5")
    assert (found.aliases, found.unit, found.role) == (("Giá",), "đồng", "measure")
    assert found.personal == ("phone",)


def test_choices_of_version_2() -> None:
    labelled = {"name": "a", "categories": [{"value": "m", "label": "nam"}, "f"]}
    flags = {"name": "b", "type": "boolean", "trueValues": ["x"], "falseValues": ["-", ""]}
    parts = {"name": "c", "type": "list", "delimiter": ";", "itemType": "integer"}
    a, b, c = read(labelled, flags, parts).fields
    assert a.constraints.enum == ("m", "f")
    assert a.categories[0].label == "nam"
    assert b.options == {"trueValues": "x", "falseValues": "-|"}
    assert c.options == {"delimiter": ";", "itemType": "integer"}


def test_whole_of_a_schema_is_read() -> None:
    found = read(
        {"name": "a", "type": "date"},
        {"name": "b", "type": "date"},
        primaryKey="a",
        uniqueKeys=[["a", "b"], ["b"]],
        fieldsMatch=["subset"],
        foreignKeys=[{"fields": "b", "reference": {"resource": "", "fields": "a"}}],
        title="Tên",
        **{"vn:rules": ["a <= b", "a > '2020-01-01'"], "vn:status": "proposal"},
        **{"vn:title": {"en": "Name"}},
    )
    assert (found.primary_key, found.unique_keys) == (("a",), (("a", "b"), ("b",)))
    assert (found.fields_match, found.is_proposal) == ("subset", True)
    assert found.title == {"vi": "Tên", "en": "Name"}
    assert found.foreign_keys[0].targets == ("a",)
    assert [(r.left.field, r.operator, r.right.literal) for r in found.rules] == [
        ("a", "<=", ""),
        ("a", ">", "2020-01-01"),
    ]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "a table schema must be an object"),
        (None, "a table schema must be an object"),
        ({}, "fields must be a list"),
        ({"fields": []}, "must have fields"),
        ({"fields": ["id"]}, "a field must be an object"),
        ({"fields": [{}]}, "the name of a field must be a text"),
        ({"fields": [{"name": " "}]}, "a field has no name"),
        ({"fields": [ID, ID]}, "two fields have the name 'id'"),
        ({"fields": [ID | {"type": "unicorn"}]}, "field id: type must be one of string"),
        ({"fields": [ID | {"format": "%d"}]}, "format of string must be one of"),
        ({"fields": [ID | {"type": "date", "format": "iso"}]}, "format 'iso' must be default"),
        ({"fields": [ID | {"required": True}]}, "required stands beside the constraints"),
        ({"fields": [ID | {"constraints": []}]}, "constraints must be an object"),
        ({"fields": [ID | {"constraints": {"min": 1}}]}, "a constraint must be one of"),
        ({"fields": [ID | {"constraints": {"required": "yes"}}]}, "must be true or false"),
        ({"fields": [ID | {"constraints": {"pattern": "(?=a)"}}]}, "cannot be run by RE2"),
        ({"fields": [ID | {"constraints": {"pattern": "(a)\\1"}}]}, "cannot be run by RE2"),
        ({"fields": [ID | {"constraints": {"pattern": "["}}]}, "cannot be run by RE2"),
        ({"fields": [ID | {"constraints": {"minimum": 1}}]}, "does not apply to values of type"),
        ({"fields": [ID | {"constraints": {"maxLength": -1}}]}, "must be a whole number"),
        ({"fields": [ID | {"constraints": {"enum": []}}]}, "enum is empty"),
        (
            {"fields": [ID | {"type": "integer", "constraints": {"maximum": "x"}}]},
            "maximum must be a number",
        ),
        ({"fields": [ID | {"vn:codelist": "x"}]}, "an extension must be one of"),
        ({"fields": [ID | {"vn:validAt": "day"}]}, "names 'day', which is no field"),
        ({"fields": [ID], "vn:rule": []}, "an extension must be one of"),
        ({"fields": [ID], "vn:rules": ["id ="]}, "is not FIELD SIGN FIELD"),
        ({"fields": [ID], "vn:rules": ["id < x"]}, "names 'x', which is no field"),
        ({"fields": [ID], "vn:rules": ["1 < 2"]}, "names no field"),
        (
            {"fields": [ID, {"name": "d", "type": "date"}], "vn:rules": ["id < d"]},
            "compares fields of different types",
        ),
        ({"fields": [ID], "vn:status": "draft"}, "vn:status must be one of"),
        ({"fields": [ID], "primaryKey": 1}, "primaryKey must be a list"),
        ({"fields": [ID], "primaryKey": "x"}, "primaryKey names 'x'"),
        ({"fields": [ID], "fieldsMatch": "some"}, "fieldsMatch must be one of"),
        ({"fields": [ID], "foreignKeys": [{"fields": "id"}]}, "the reference of a foreign key"),
    ],
)
def test_odd_documents_are_refused_with_a_sentence(document: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z]") as refused:
        parse(document, Path("test/1.0"))
    assert said in str(refused.value)


def test_published_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "test" / "1.0"
    folder.mkdir(parents=True)
    for text in ("{", "[]", '{"fields": [{"name": "x", "type": "y"}]}'):
        (folder / "schema.json").write_text(text, encoding="utf-8")
        published._read_all.cache_clear()
        with pytest.raises(SettingError, match=r"The published schema .*schema\.json .*Mend"):
            published._read_all(tmp_path)


def recorded(folder: Path) -> Iterator[tuple[str, Any]]:
    for path in sorted(folder.rglob("*.json")):
        name = str(path.relative_to(folder))
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and "resources" in document and "fields" not in document:
            for resource in document["resources"]:
                if "schema" in resource:
                    yield f"{name}#{resource['name']}", resource["schema"]
        else:
            yield name, document


def test_recorded_schemas_are_read_as_their_names_say(shared_inputs: Path) -> None:
    seen = dict(recorded(shared_inputs / "inputs" / "schemas"))
    assert len(seen) > 40
    for name, document in seen.items():
        if "/schema-invalid" in name or name in REFUSED:
            with pytest.raises(ValueError, match=REFUSED.get(name, "[a-z]")):
                parse(document, Path("test/1.0"))
        else:
            assert parse(document, Path("test/1.0")).fields, name
