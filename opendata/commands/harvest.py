"""`opendata harvest`: fetch what sources offer."""

from __future__ import annotations

from collections.abc import Sequence

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.commands.harvest_reports import facts, show_problems
from opendata.commands.harvesting import Harvested, explain, harvest_all, summary
from opendata.errors import Conflict
from opendata.models import Run, Source
from opendata.pipeline.preview import preview
from opendata.services import sources
from opendata.vocabulary import ExitCode


@click.group()
def harvest() -> None:
    """Fetch what the sources offer."""


@harvest.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--all", "everything", is_flag=True, help="Every source that is enabled.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@output.json_option
@pass_context
@click.pass_context
def run(
    click_context: click.Context,
    context: Context,
    names: tuple[str, ...],
    *,
    everything: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Harvest sources now.

    Exit code: 0 well, 1 a run failed, 2 something could not be read, 3 something waits for a
    person.
    """
    chosen = chosen_sources(context, names, everything=everything)
    if dry_run:
        click_context.exit(_preview(context, chosen, as_json=as_json))
    done = harvest_all(context, chosen, trigger="cli", quiet=as_json)
    report(context, done, as_json=as_json)
    click_context.exit(done.exit_code)


def chosen_sources(context: Context, names: Sequence[str], *, everything: bool) -> Sequence[Source]:
    """Return the sources that a command names; disabled ones are refused."""
    if bool(names) == everything:
        raise click.UsageError("Name the sources, or say --all.")
    with context.sessions() as session:
        if everything:
            return sources.every(session, enabled_only=True)
        named = [sources.get(session, name) for name in names]
    for source in named:
        if not source.enabled:
            raise Conflict(
                f"Source {source.name} is disabled; "
                f"let it harvest again with `opendata source enable {source.name}`."
            )
    return named


def _preview(context: Context, chosen: Sequence[Source], *, as_json: bool) -> ExitCode:
    tallies = {
        source.name: preview(source, context.open_harvester, context.tools) for source in chosen
    }
    if as_json:
        output.as_json(
            [
                {"source": name, "would": dict(tally.counts), "problem": tally.detail}
                for name, tally in tallies.items()
            ]
        )
    else:
        output.table(
            "What a harvest would do (nothing was changed)",
            ("source", "would", "problem"),
            [[name, summary(tally.counts), tally.detail] for name, tally in tallies.items()],
        )
    if any(not tally.is_complete and not tally.seen for tally in tallies.values()):
        return ExitCode.FAILED
    is_whole = all(t.is_complete and not t.counts["rejected"] for t in tallies.values())
    return ExitCode.WELL if is_whole else ExitCode.PARTIAL


def report(context: Context, done: Harvested, *, as_json: bool) -> None:
    """Say how runs ended, what is wrong with which record, and what could not be done."""
    _show_runs(context, done.runs, as_json=as_json)
    for sentence in done.refused:
        output.error(sentence)


def _show_runs(context: Context, ended: Sequence[Run], *, as_json: bool) -> None:
    if as_json:
        output.as_json([facts(item) for item in ended])
        return
    output.table(
        "Harvest",
        ("run", "source", "state", "what", "why"),
        [[r.id, r.source.name, r.state, summary(r.counts), explain(r)] for r in ended],
    )
    with context.sessions() as session:
        show_problems(session, ended)
