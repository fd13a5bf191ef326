"""`opendata store`: the files behind what is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.services import store_care
from opendata.vocabulary import ExitCode


@click.group()
def store() -> None:
    """The file store."""


@store.command()
@output.json_option
@pass_context
@click.pass_context
def check(click_context: click.Context, context: Context, *, as_json: bool) -> None:
    """Hash every file again. Exit code 1 when one is missing or damaged."""
    with context.sessions() as session:
        report = store_care.check(session, context.store)
    if as_json:
        output.as_json(vars(report))
    else:
        click.echo(f"{report.files} files, {len(report.orphans)} of them belong to nothing.")
        for word, keys in (("missing", report.missing), ("damaged", report.damaged)):
            for key in keys:
                click.echo(
                    f"{word}: {key}; harvest again, and if it stays, restore it from a backup."
                )
    click_context.exit(ExitCode.WELL if report.is_clean else ExitCode.FAILED)


@store.command()
@pass_context
def gc(context: Context) -> None:
    """Delete files that belong to nothing and are older than [store] orphan_hours."""
    with context.sessions() as session:
        removed = store_care.collect(
            session,
            context.store,
            data_path=context.settings.data_path,
            now=datetime.now(UTC),
            older_than=timedelta(hours=context.settings.store.orphan_hours),
        )
    click.echo(f"Removed {len(removed)} files.")


@store.command()
@output.json_option
@pass_context
def usage(context: Context, *, as_json: bool) -> None:
    """Say how much room the files take."""
    used = store_care.usage(context.store)
    if as_json:
        output.as_json({kind: {"files": f, "bytes": b} for kind, (f, b) in used.items()})
        return
    rows = [[kind, files, output.size(count)] for kind, (files, count) in used.items()]
    output.table(f"Store {context.store.root}", ("kind", "files", "size"), rows)
