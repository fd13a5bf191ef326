"""Every published schema against its own examples."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from opendata.config import Settings
from opendata.pipeline.check_file import checked_file
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema, code_lists

# What each row of invalid.csv breaks; a row that is not there must pass.
_BROKEN = Path(__file__).with_name("broken.csv")


def expected(key: str) -> list[tuple[int, str, str]]:
    """Return (row, column, code) of each line about a schema `name/version`."""
    with _BROKEN.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["schema"] == key]
    return sorted((int(line["row"]), line["column"], line["code"]) for line in lines)


def schemas() -> list[TableSchema]:
    return list(table_schemas.all_schemas())


def test_every_schema_has_its_expected_codes() -> None:
    with _BROKEN.open(encoding="utf-8", newline="") as file:
        told = {line["schema"] for line in csv.DictReader(file)}
    assert {schema.key for schema in schemas()} == told


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_valid_file_passes_whole(schema: TableSchema) -> None:
    with checked_file(schema.folder / "valid.csv", schema, Settings()) as (_, (table,)):
        assert table.rows_read == table.rows_accepted > 0
        assert table.problems == ()
        assert table.schema_mismatch == ()
        assert [column.name for column in table.columns] == [f.name for f in schema.fields]


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_each_row_of_the_invalid_file_breaks_its_one_rule(schema: TableSchema) -> None:
    with checked_file(schema.folder / "invalid.csv", schema, Settings()) as (_, (table,)):
        assert table.quarantine is not None
        lines = pq.read_table(table.quarantine).to_pylist()
    assert sorted((x["row"], x["column"], x["code"]) for x in lines) == expected(schema.key)
    assert table.rows_read == table.rows_accepted + table.rows_quarantined


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_every_rule_of_a_schema_is_broken_in_its_invalid_file(schema: TableSchema) -> None:
    broken = {(column, code) for _, column, code in expected(schema.key)}
    for field in schema.fields:
        rules = field.constraints
        for code, is_set in (
            ("required", rules.required),
            ("enum", rules.enum),
            ("pattern", rules.pattern),
            ("minimum", rules.minimum),
            ("maximum", rules.maximum),
            ("exclusive-minimum", rules.exclusive_minimum),
            ("exclusive-maximum", rules.exclusive_maximum),
            ("min-length", rules.min_length),
            ("max-length", rules.max_length),
            ("unique", rules.unique),
            ("code-list", field.code_list),
            ("code-list-expired", field.valid_at),
            ("type", field.type != "string"),
        ):
            assert not is_set or (field.name, code) in broken, (field.name, code)
    for code, keys in (
        ("primary-key", [schema.primary_key] if schema.primary_key else []),
        ("unique", schema.unique_keys),
        ("foreign-key", [key.fields for key in schema.foreign_keys]),
    ):
        assert {(", ".join(key), code) for key in keys} <= broken
    told = {column for column, code in broken if code == "row-rule"}
    assert {rule.left.field or rule.right.field for rule in schema.rules} == told


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_schema_speaks_both_languages_and_explains_each_field(schema: TableSchema) -> None:
    assert all(schema.title[language] for language in ("vi", "en"))
    assert all(schema.description[language] for language in ("vi", "en"))
    assert all(field.title and field.description for field in schema.fields)


# Published before: a reader of the standard alone stumbles over their titles.
_OBJECTS_AS_TITLES = {"administrative-unit/1.0", "statistical-indicator/1.0"}


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_a_reader_of_the_standard_alone_can_use_it(schema: TableSchema) -> None:
    document = json.loads((schema.folder / "schema.json").read_text(encoding="utf-8"))
    standard = {name for name in document if not name.startswith("vn:")}
    assert standard <= {
        *("$schema", "name", "version", "title", "description", "fields", "missingValues"),
        *("primaryKey", "uniqueKeys", "foreignKeys"),
    }
    is_text = isinstance(document["title"], str) and isinstance(document["description"], str)
    assert is_text or schema.key in _OBJECTS_AS_TITLES
    assert all(not key["reference"]["resource"] for key in document.get("foreignKeys", []))


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_code_lists_exist_and_the_schema_has_a_readme(schema: TableSchema) -> None:
    for field in schema.fields:
        assert not field.code_list or code_lists.find(field.code_list)
    readme = (schema.folder.parent / "README.md").read_text(encoding="utf-8")
    assert ("A proposal" in readme) == schema.is_proposal


def test_folder_names_are_name_and_version() -> None:
    for schema in schemas():
        with Path(schema.folder / "valid.csv").open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == [field.name for field in schema.fields]
