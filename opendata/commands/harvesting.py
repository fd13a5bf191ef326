"""Harvesting several sources in this process, with a display of how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich import progress as bars
from rich.console import Console

from opendata import notices
from opendata.commands import output
from opendata.commands.context import Context
from opendata.errors import Conflict, OpendataError
from opendata.models import Run, Source
from opendata.pipeline import run as pipeline_run
from opendata.pipeline.rebuild import rebuild
from opendata.pipeline.run import Progress
from opendata.services import sources
from opendata.services.runs import exit_code
from opendata.vocabulary import ExitCode, reason

_SHOWN = ("created", "updated", "unchanged", "rejected", "failed", "absent", "withdrawn")
_EXTRA = ("duplicates", "versions", "not_modified", "not_due") + (
    "held",
    "quarantined",
    "failed_resources",
)


@dataclass(frozen=True)
class Harvested:
    """The runs that took place, and a sentence for each thing that could not be done."""

    runs: list[Run]
    refused: list[str]

    @property
    def exit_code(self) -> ExitCode:
        """What the shell is told."""
        return ExitCode.FAILED if self.refused else exit_code(self.runs)


def harvest_all(
    context: Context,
    chosen: Sequence[Source],
    *,
    trigger: str,
    quiet: bool = False,
    only: frozenset[str] | None = None,
) -> Harvested:
    """Harvest the sources one after the other, then bring the index up to date."""

    def take(source: Source, tell: Progress) -> Run:
        return pipeline_run.harvest(
            source,
            context.open_harvester,
            context.tools,
            trigger=trigger,
            progress=tell,
            only=only,
        )

    return _one_by_one(context, chosen, take, quiet=quiet)


def rebuild_all(context: Context, chosen: Sequence[Source], *, quiet: bool) -> Harvested:
    """Rebuild the sources from what the store holds, one after the other."""

    def take(source: Source, tell: Progress) -> Run:
        return rebuild(source, context.tools, progress=tell)

    return _one_by_one(context, chosen, take, quiet=quiet)


def _one_by_one(
    context: Context,
    chosen: Sequence[Source],
    take: Callable[[Source, Progress], Run],
    *,
    quiet: bool,
) -> Harvested:
    """A source that another process has under way does not keep the others from their turn."""
    done = Harvested([], [])
    with _display(quiet=quiet) as display:
        for source in chosen:
            task = display.add_task(source.name, total=None, last="", counts="")

            def tell(title: str, counts: Counter[str], task: bars.TaskID = task) -> None:
                display.update(task, last=output.clean(title)[:60], counts=summary(counts))

            try:
                ended = take(_as_it_is_now(context, source), tell)
            except OpendataError as err:
                done.refused.append(str(err))
                display.update(task, total=1, completed=1, last="not harvested")
                continue
            done.runs.append(ended)
            counts = summary(ended.counts)
            display.update(task, total=1, completed=1, last=ended.state, counts=counts)
    try:
        context.bring_index_up_to_date()
    except OpendataError as err:
        # The data is safe; the index follows when the engine is back.
        done.refused.append(str(err))
    notices.deliver(context.sessions, context.settings)
    return done


def _as_it_is_now(context: Context, source: Source) -> Source:
    """Return the settings of a source anew: the harvests before it may have taken hours."""
    with context.sessions() as session:
        found = sources.get(session, source.name)
    if not found.enabled:
        raise Conflict(f"Source {source.name} was disabled meanwhile; it was not harvested.")
    return found


def _display(*, quiet: bool) -> bars.Progress:
    return bars.Progress(
        bars.SpinnerColumn(finished_text="✓"),
        bars.TextColumn("{task.description:<28}"),
        bars.BarColumn(bar_width=12),
        bars.TimeElapsedColumn(),
        bars.TextColumn("{task.fields[counts]}"),
        bars.TextColumn("{task.fields[last]}", style="dim", markup=False),  # titles of sources
        console=Console(stderr=True),
        disable=quiet,
    )


def summary(counts: dict[str, int] | Counter[str]) -> str:
    """Return the counts of a run that are not zero, in one line."""
    said = [f"{counts[word]} {word}" for word in _SHOWN if counts.get(word)]
    said += [f"{counts[word]} {word.replace('_', ' ')}" for word in _EXTRA if counts.get(word)]
    return ", ".join(said) or "nothing"


def explain(run: Run) -> str:
    """Return how a run ended and why, for a table."""
    if not run.reason:
        return ""
    word = reason(run.reason)
    return " ".join(filter(None, (word.en, run.detail, word.fix_en)))
