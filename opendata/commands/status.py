"""`opendata status`: one screen that says how things are."""

from __future__ import annotations

from dataclasses import asdict

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.services.overview import Overview, overview
from opendata.vocabulary import reason


@click.command()
@output.json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """Say what fails since when and why, what waits for a decision, disk left, index lag."""
    with context.sessions() as session:
        found = overview(
            session,
            context.settings.data_path,
            readers=[kept.reader for kept in context.followed],
        )
    if as_json:
        output.as_json(asdict(found))
        return
    _show(found)


def _show(found: Overview) -> None:
    figures = found.figures
    click.echo(
        f"{figures.datasets} datasets, {figures.tables} tables, {figures.rows} rows, "
        f"{figures.publishers} publishers are public."
    )
    if found.failing:
        rows = [[f.what, f.since, reason(f.reason).explain("en"), f.detail] for f in found.failing]
        output.table("What fails", ("what", "since", "why", "detail"), rows)
    else:
        click.echo("Nothing fails.")
    if found.waiting:
        waiting = [
            [w.what, w.since, " ".join(reason(code).explain("en") for code in w.reasons)]
            for w in found.waiting
        ]
        output.table("What waits for a decision", ("what", "since", "why"), waiting)
    else:
        click.echo("Nothing waits for a decision.")
    click.echo(f"Disk: {output.size(found.disk_free)} of {output.size(found.disk_total)} free.")
    click.echo(f"Search index: {found.index_lag} events behind.")
    if found.not_indexed:
        refused = [[r.dataset_id, r.since, r.reason] for r in found.not_indexed]
        output.table("What search does not find", ("dataset", "since", "why"), refused)
