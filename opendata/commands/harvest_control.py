"""`opendata harvest confirm|stop|retry`: what a person decides about a run."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from opendata import notices
from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.commands.harvest import chosen_sources, report
from opendata.commands.harvesting import harvest_all, rebuild_all
from opendata.errors import Conflict
from opendata.services import confirmation, run_records, runs, sources


@click.command()
@click.argument("number", type=int, metavar="RUN")
@click.option("--reason", default="", help="Why, for the record.")
@pass_context
def confirm(context: Context, number: int, *, reason: str) -> None:
    """Let go what a source no longer lists, after a look at `harvest show RUN`.

    A run that would take away too much waits for this.
    """
    with context.sessions() as session:
        found = confirmation.confirm(
            session,
            runs.get(session, number),
            by=context.actor,
            reason=reason,
            now=datetime.now(UTC),
        )
        session.commit()
    context.bring_index_up_to_date()
    notices.deliver(context.sessions, context.settings)
    click.echo(
        f"Confirmed. {len(found.newly_absent)} datasets are now absent (public until their grace "
        f"is over), {len(found.overdue)} are withdrawn; all data is kept."
    )


@click.command()
@click.argument("name", metavar="SOURCE")
@pass_context
def stop(context: Context, name: str) -> None:
    """Stop the run of a source; what it had finished stays, the rest is left as it was."""
    with context.sessions() as session:
        running = runs.running(session, sources.get(session, name))
        if running is None:
            raise Conflict(f"Source {name} is not being harvested.")
        runs.stop(session, running, now=datetime.now(UTC), actor=context.actor)
        session.commit()
    click.echo(f"Stopped run {running.id} of {name}; its process ends within seconds.")


@click.command()
@click.argument("number", type=int, metavar="RUN")
@output.json_option
@pass_context
@click.pass_context
def retry(click_context: click.Context, context: Context, number: int, *, as_json: bool) -> None:
    """Take once more the records of a run that could not be taken, and no others."""
    with context.sessions() as session:
        run = runs.get(session, number)
        failed = run_records.not_taken(session, run.id)
    if not failed:
        raise Conflict(
            f"No single record of run {number} failed; "
            f"harvest the source again with `opendata harvest run {run.source.name}`."
        )
    done = harvest_all(context, [run.source], trigger="retry", quiet=as_json, only=failed)
    report(context, done, as_json=as_json)
    click_context.exit(done.exit_code)


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--all", "everything", is_flag=True, help="Every source that is enabled.")
@output.json_option
@pass_context
@click.pass_context
def rebuild(
    click_context: click.Context,
    context: Context,
    names: tuple[str, ...],
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """Build the tables of sources again from the stored originals, and ask no source.

    For a release that reads more, or a newer schema. What would come out the same is left alone;
    old builds keep their files.
    """
    chosen = chosen_sources(context, names, everything=everything)
    done = rebuild_all(context, chosen, quiet=as_json)
    report(context, done, as_json=as_json)
    click_context.exit(done.exit_code)
