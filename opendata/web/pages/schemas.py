"""The published table schemas and code lists, told in words."""

from __future__ import annotations

import csv
from itertools import groupby, islice

from flask import Blueprint, abort, render_template

from opendata.errors import NotFound
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema, code_lists
from opendata.web import schema_rules

blueprint = Blueprint("schemas", __name__, url_prefix="/schemas")
_SAMPLE_ROWS = 10


@blueprint.get("/")
def index() -> str:
    """List the schemas, each with its newest version first, and the code lists."""
    by_name = groupby(table_schemas.all_schemas(), key=lambda schema: schema.name)
    return render_template(
        "schemas/index.html",
        schemas=[list(group) for _, group in by_name],
        lists=code_lists.all_lists(),
    )


@blueprint.get("/codelists/<name>")
def code_list(name: str) -> str:
    """Show a code list whole, and the schemas that hold fields against it."""
    try:
        found = code_lists.find(name)
    except NotFound:
        abort(404)
    header, *rows = code_lists.rows(found)
    users = [
        schema
        for schema in table_schemas.newest()
        if any(field.code_list == name for field in schema.fields)
    ]
    return render_template(
        "schemas/code_list.html", list=found, header=header, rows=rows, users=users
    )


@blueprint.get("/<name>")
def newest(name: str) -> str:
    """Show the newest version of a schema."""
    return _page(name)


@blueprint.get("/<name>/<version>")
def page(name: str, version: str) -> str:
    """Show one version of a schema."""
    return _page(f"{name}/{version}")


def _page(key: str) -> str:
    try:
        schema = table_schemas.find(key)
    except NotFound:
        abort(404)
    sample = _sample(schema)
    return render_template(
        "schemas/page.html",
        schema=schema,
        versions=[other for other in table_schemas.all_schemas() if other.name == schema.name],
        rules={field.name: schema_rules.in_words(field) for field in schema.fields},
        whole=schema_rules.of_rows(schema),
        lists=sorted({field.code_list for field in schema.fields if field.code_list}),
        files=[name for name in ("valid.csv", "invalid.csv") if (schema.folder / name).exists()],
        examples=_examples(sample),
        sample=sample,
    )


def _sample(schema: TableSchema) -> list[list[str]]:
    """Return the header and the first rows of the valid example; nothing where there is none."""
    path = schema.folder / "valid.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(islice(csv.reader(file), _SAMPLE_ROWS + 1))


def _examples(sample: list[list[str]]) -> dict[str, str]:
    if not sample:
        return {}
    header, *rows = sample
    columns = zip(*rows, strict=False)
    return {
        name: next((value for value in values if value), "")
        for name, values in zip(header, columns, strict=False)
    }
