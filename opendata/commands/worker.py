"""`opendata worker`: harvest what is scheduled."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.work import process, queue
from opendata.work.workplace import Workplace


@click.command()
@click.option("--sources", type=click.IntRange(min=1), help="Sources harvested at the same time.")
@click.option("--status", is_flag=True, help="Say how the queue is, and work nothing.")
@output.json_option
@pass_context
def worker(context: Context, sources: int | None, *, status: bool, as_json: bool) -> None:
    """Harvest what is scheduled until it is stopped; run one on every machine."""
    if status:
        _show(context, as_json=as_json)
        return
    settings = context.settings.worker
    settings = replace(settings, sources=sources or settings.sources)
    context.settings = replace(context.settings, worker=settings)
    # What it does is said line by line: there is nobody before a screen.
    logging.getLogger("opendata").setLevel(min(logging.INFO, logging.getLogger().level))
    # An outage is one line of ours; the library would print a traceback for each of its tasks.
    logging.getLogger("procrastinate.utils").setLevel(logging.CRITICAL)
    process.run(
        Workplace(
            tools=context.tools,
            open_harvester=context.open_harvester,
            follow_index=context.bring_index_up_to_date,
        )
    )


def _show(context: Context, *, as_json: bool) -> None:
    with context.sessions() as session:
        found = queue.state(session)
    if as_json:
        output.as_json(asdict(found))
        return
    click.echo(
        f"{found.workers} workers are alive; "
        f"{found.under_way} harvests are under way, {found.waiting} wait in the queue."
    )
