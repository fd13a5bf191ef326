"""Every published schema against its own examples."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from opendata.config import Settings
from opendata.pipeline.check_file import checked_file
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema

# What each row of invalid.csv breaks: row -> (column, code). A row that is not here must pass.
EXPECTED: dict[str, dict[int, tuple[str, str]]] = {
    "administrative-unit/1.0": {
        1: ("code", "required"),
        2: ("code", "pattern"),
        3: ("name", "required"),
        4: ("name", "max-length"),
        5: ("full_name", "max-length"),
        6: ("unit_type", "required"),
        7: ("unit_type", "enum"),
        8: ("level", "required"),
        9: ("level", "enum"),
        10: ("parent_code", "pattern"),
        11: ("parent_name", "max-length"),
        12: ("valid_from", "type"),
        13: ("valid_from", "minimum"),
        14: ("valid_to", "type"),
        15: ("valid_to", "minimum"),
        17: ("level, code", "primary-key"),
    },
    "statistical-indicator/1.0": {
        1: ("indicator_code", "required"),
        2: ("indicator_code", "pattern"),
        3: ("indicator_name", "required"),
        4: ("indicator_name", "max-length"),
        5: ("area_code", "required"),
        6: ("area_code", "pattern"),
        7: ("period", "required"),
        8: ("period", "pattern"),
        9: ("value", "required"),
        10: ("value", "type"),
        11: ("unit", "required"),
        12: ("unit", "max-length"),
        13: ("status", "enum"),
        14: ("note", "max-length"),
        16: ("indicator_code, area_code, period", "primary-key"),
    },
}


def schemas() -> list[TableSchema]:
    return list(table_schemas.all_schemas())


def test_every_schema_has_its_expected_codes() -> None:
    assert {schema.key for schema in schemas()} == set(EXPECTED)


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
    assert sorted((x["row"], x["column"], x["code"]) for x in lines) == sorted(
        (row, column, code) for row, (column, code) in EXPECTED[schema.key].items()
    )


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_every_rule_of_a_schema_is_broken_in_its_invalid_file(schema: TableSchema) -> None:
    broken = set(EXPECTED[schema.key].values())
    for field in schema.fields:
        rules = field.constraints
        for code, is_set in (
            ("required", rules.required),
            ("enum", rules.enum),
            ("pattern", rules.pattern),
            ("minimum", rules.minimum),
            ("maximum", rules.maximum),
            ("max-length", rules.max_length),
            ("type", field.type != "string"),
        ):
            assert not is_set or (field.name, code) in broken, (field.name, code)


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.key)
def test_schema_speaks_both_languages_and_explains_each_field(schema: TableSchema) -> None:
    assert all(schema.title[language] for language in ("vi", "en"))
    assert all(schema.description[language] for language in ("vi", "en"))
    assert all(field.title and field.description for field in schema.fields)


def test_folder_names_are_name_and_version() -> None:
    for schema in schemas():
        with Path(schema.folder / "valid.csv").open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == [field.name for field in schema.fields]
