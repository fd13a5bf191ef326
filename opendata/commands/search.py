"""`opendata search`: the search index, which can always be rebuilt from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.search import drift, indexer, lexicon, relax
from opendata.search.base import Query
from opendata.search.drift import Drift
from opendata.search.engine import Followed
from opendata.search.known import Known
from opendata.services import catalogue, rendering, search_log
from opendata.services.search_log import Counted
from opendata.vocabulary import ExitCode


@click.group()
def search() -> None:
    """The search index."""


@search.command()
@pass_context
def rebuild(context: Context) -> None:
    """Fill a new index from the database, then switch to it."""
    rendering.renew(context.sessions)
    for found in context.followed:
        count = indexer.rebuild(
            context.sessions, found.index, rendering.load_all, reader=found.reader
        )
        click.echo(f"The search index holds {count} datasets.")


@search.command()
@click.option("--repair", is_flag=True, help="Write what differs anew, then compare again.")
@output.json_option
@pass_context
@click.pass_context
def check(click_context: click.Context, context: Context, *, repair: bool, as_json: bool) -> None:
    """Compare index and database, each dataset and its version.

    Exit code 1 when they differ, 2 when only documents that the index refuses are missing.
    """
    context.bring_index_up_to_date()
    found = {kept.reader: _compared(context, kept, repair=repair) for kept in context.followed}
    if as_json:
        output.as_json({reader: _listed(each) for reader, each in found.items()})
    else:
        for each in found.values():
            _say(each)
    click_context.exit(_exit_code(list(found.values())))


def _compared(context: Context, kept: Followed, *, repair: bool) -> Drift:
    versions, reader = rendering.all_versions, kept.reader
    if not repair:
        return drift.check(context.sessions, kept.index, versions, reader=reader)
    return drift.repair(
        context.sessions,
        kept.index,
        rendering.load,
        rendering.load_all,
        versions,
        reader=reader,
    )


def _say(found: Drift) -> None:
    if found:
        click.echo(
            f"The index lacks {len(found.missing)} datasets, has {len(found.extra)} too many and "
            f"{len(found.stale)} in another version; run `opendata search check --repair`."
        )
    elif not found.refused:
        click.echo("The index holds exactly the public datasets, each in its newest version.")
    if found.refused:
        rows = [list(pair) for pair in sorted(found.refused.items())]
        output.table(f"{len(rows)} datasets set aside", ("dataset", "why"), rows)


def _listed(found: Drift) -> dict[str, Any]:
    return {
        "missing": sorted(found.missing),
        "extra": sorted(found.extra),
        "stale": sorted(found.stale),
        "refused": dict(sorted(found.refused.items())),
    }


def _exit_code(found: list[Drift]) -> ExitCode:
    if any(found):
        return ExitCode.FAILED
    return ExitCode.PARTIAL if any(each.refused for each in found) else ExitCode.WELL


@search.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--size", default=10, show_default=True, help="How many hits to show.")
@click.option("--after", default="", help="Go on behind an earlier answer: its `next`.")
@output.json_option
@pass_context
def query(
    context: Context, words: tuple[str, ...], size: int, after: str, *, as_json: bool
) -> None:
    """Ask the index as the search page does; -- before words that begin with a hyphen."""
    known = Known(context.sessions, context.settings.lexicon_path).now()
    asked = Query(text=" ".join(words), size=size, after=after, knowledge=known)
    results = relax.answer(context.index, asked)
    with context.sessions() as session:
        hits = [
            {"slug": dataset.slug, "title": catalogue.text_in(dataset.document["title"], "vi")[0]}
            for dataset in catalogue.cards(session, results.ids)
        ]
    if as_json:
        told = {"total": results.total, "hits": hits, "next": results.next}
        output.as_json(told | {"relaxed": results.understood.relaxed})
        return
    if results.understood.relaxed:
        click.echo(f"Nothing fits all of it; given up: {', '.join(results.understood.relaxed)}.")
    rows = [[hit["title"], f"/dataset/{hit['slug']}"] for hit in hits]
    output.table(f"{results.total} datasets", ("title", "address"), rows)


@search.command()
@pass_context
def words(context: Context) -> None:
    """Check your own words of search: acronyms, synonyms, names. Exit code 1 where they are wrong.

    They lie in `lexicon.csv` of the data folder, with the columns kind, variant and meaning, and
    are read anew when the file changes.
    """
    own = context.settings.lexicon_path
    count = len(lexicon.load(own).entries)
    published = len(lexicon.load().entries)
    if not own.exists():
        click.echo(f"{published} published words; your own would lie in {own}.")
        return
    click.echo(f"{count} words: {published} published ones, changed and added to by {own}.")


@search.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 4_000))
@click.option("--size", default=20, show_default=True, help="How many queries a list shows.")
@output.json_option
@pass_context
def report(context: Context, days: int, size: int, *, as_json: bool) -> None:
    """Show what people search for, what they do not find, and what they do not open."""
    since = (datetime.now(UTC) - timedelta(days=days)).date()
    with context.sessions() as session:
        found = search_log.report(session, since, size=max(size, 1))
    if as_json:
        output.as_json({"since": since.isoformat(), **asdict(found)})
        return
    _print_queries(f"Most frequent since {since}", found.top)
    _print_queries("Without result", found.without_hits)
    _print_queries("With results that nobody opened", found.without_clicks)


def _print_queries(title: str, queries: Sequence[Counted]) -> None:
    if not queries:
        click.echo(f"{title}: none.")
        return
    rows = [[q.words, q.searches, q.without_hits, q.clicks] for q in queries]
    output.table(title, ("query", "searches", "without result", "opened"), rows)
