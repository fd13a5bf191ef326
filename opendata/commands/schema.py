"""`opendata schema`: the published table schemas, and checking a file against one."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from opendata.commands import check_report, output
from opendata.commands.context import Context, pass_context
from opendata.pipeline.check_file import Question, report_on
from opendata.services import table_schemas
from opendata.services.table_schemas import Field
from opendata.vocabulary import ExitCode


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
@click.option("--schema", "name", default="", metavar="NAME", help="Schema to check against.")
@output.json_option
@pass_context
@click.pass_context
def check(
    click_context: click.Context, context: Context, file: Path, name: str, *, as_json: bool
) -> None:
    """Check a file as a harvest would, and store nothing. Exit code 1 when rows are bad.

    Without a schema, columns and types are learned from the file.
    """
    question = Question(file, str(file), schema=name)
    with tempfile.TemporaryDirectory(prefix="opendata-check-") as folder:
        report = report_on(question, folder=Path(folder), limits=context.settings.tables)
    if as_json:
        output.as_json(report)
    else:
        check_report.show(file.name, report)
    click_context.exit(ExitCode.WELL if report["valid"] else ExitCode.FAILED)
