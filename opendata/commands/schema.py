"""`opendata schema`: the published table schemas, and checking a file against one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from opendata import vocabulary
from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.pipeline.check_file import check_file
from opendata.pipeline.report import report_of
from opendata.pipeline.state import BuiltTable
from opendata.services import table_schemas
from opendata.services.table_schemas import Field
from opendata.vocabulary import ExitCode

_SHOWN_PROBLEMS = 20


@click.group()
def schema() -> None:
    """The published table schemas."""


@schema.command(name="list")
@output.json_option
def list_(*, as_json: bool) -> None:
    """List the schemas with their versions."""
    rows = [
        {"name": s.name, "version": s.version, "title": s.title, "columns": len(s.fields)}
        for s in table_schemas.all_schemas()
    ]
    if as_json:
        output.as_json(rows)
        return
    output.table(
        "Published schemas",
        ("name", "version", "title", "columns"),
        [[r["name"], r["version"], _title(r["title"]), r["columns"]] for r in rows],
    )


def _title(title: Any) -> str:
    return str(title.get("en") or title.get("vi") or "")


@schema.command()
@click.argument("name")
@output.json_option
def show(name: str, *, as_json: bool) -> None:
    """Show the columns of a schema: NAME (newest version) or NAME/VERSION."""
    found = table_schemas.find(name)
    if as_json:
        output.as_json([asdict(field) for field in found.fields])
        return
    output.table(
        f"{found.key}: {_title(found.title)}",
        ("column", "type", "rules"),
        [[field.name, field.type, _rules(field)] for field in found.fields],
    )
    click.echo(f"Primary key: {', '.join(found.primary_key) or 'none'}")


def _rules(field: Field) -> str:
    rules = asdict(field.constraints)
    return "; ".join(
        f"{name}: {value}" for name, value in rules.items() if value not in (False, None, (), "")
    )


@schema.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--schema", "name", required=True, metavar="NAME", help="Schema to check against.")
@output.json_option
@pass_context
@click.pass_context
def check(
    click_context: click.Context, context: Context, file: Path, name: str, *, as_json: bool
) -> None:
    """Check a file as a harvest would, and store nothing. Exit code 1 when rows are bad."""
    shape, tables = check_file(file, table_schemas.find(name), context.settings)
    if as_json:
        output.as_json(report_of(shape, tables))
    else:
        encoding = tables[0].shape.encoding if tables and tables[0].shape else ""
        click.echo(f"{file.name}: {shape.format}, {encoding or 'binary'}")
        for table in tables:
            _show(table)
        if not tables:
            click.echo(vocabulary.reason(shape.reason).explain("en"))
    is_good = bool(tables) and all(_is_good(table) for table in tables)
    click_context.exit(ExitCode.WELL if is_good else ExitCode.FAILED)


def _is_good(table: BuiltTable) -> bool:
    mismatches = {problem.code for problem in table.schema_mismatch}
    return not table.rows_quarantined and mismatches <= vocabulary.TOLD_ONLY


def _show(table: BuiltTable) -> None:
    click.echo(
        f"{table.name or 'table'}: {table.rows_read} rows read, "
        f"{table.rows_accepted} accepted, {table.rows_quarantined} quarantined"
    )
    for problem in table.schema_mismatch:
        click.echo(f"  {vocabulary.problem(problem.code).en} ({output.clean(problem.field)})")
    rows = [
        [p.row, p.field, p.rule, p.value[:60], vocabulary.problem(p.code).explain("en")]
        for p in table.samples[:_SHOWN_PROBLEMS]
    ]
    if rows:
        output.table("", ("row", "column", "rule", "value", "what is wrong"), rows)
