"""The report of a checked file, as people read it on a screen."""

from __future__ import annotations

from typing import Any

import click

from opendata import vocabulary
from opendata.commands import output

_SHOWN = 20  # problems of a table; JSON has them all


def show(name: str, report: dict[str, Any]) -> None:
    """Print what `check_file.report_on` says of a file."""
    if report["reason"]:
        click.echo(f"{output.clean(name)}: {vocabulary.reason(report['reason']).explain('en')}")
        if report["detail"]:
            click.echo(f"  {output.clean(report['detail'])}")
        return
    click.echo(f"{output.clean(name)}: {report['format']}, {report['encoding'] or 'binary'}")
    for table in report["tables"]:
        _show(table)
    for proposal in report["proposed"]:
        words = f"{len(proposal['matched'])} columns fit the schema {proposal['schema']}"
        click.echo(f"{words}; check again with --schema to hold the file against it.")


def _show(table: dict[str, Any]) -> None:
    click.echo(
        f"{output.clean(table['name']) or 'table'}: {table['rows_read']} rows read, "
        f"{table['rows_accepted']} accepted, {table['rows_quarantined']} quarantined"
    )
    for found in table["schema_mismatch"]:
        words = vocabulary.problem(found["code"]).en
        click.echo(f"  {words} ({output.clean(found['column'])})")
    for found in table["personal"]:
        if not found["is_allowed"]:
            words = vocabulary.said(found["code"], "en")
            column = output.clean(found["column"])
            click.echo(f"  {words} ({column}: {found['count']} cells; a harvest would wait)")
    rows = [_row(found) for found in table["samples"][:_SHOWN]]
    if rows:
        output.table("", ("row", "column", "rule", "value", "what is wrong"), rows)


def _row(found: dict[str, Any]) -> list[Any]:
    words = vocabulary.problem(found["code"]).explain("en")
    return [found["row"], found["column"], found["rule"], found["value"][:60], words]
