"""`opendata search`: the search index, which can always be rebuilt from the database."""

from __future__ import annotations

import click

from opendata.commands import output
from opendata.commands.context import Context, pass_context
from opendata.search import indexer, lexicon, relax
from opendata.search.base import Query
from opendata.search.known import Known
from opendata.services import catalogue, rendering
from opendata.vocabulary import ExitCode


@click.group()
def search() -> None:
    """The search index."""


@search.command()
@pass_context
def rebuild(context: Context) -> None:
    """Fill a new index from the database, then switch to it."""
    rendering.renew(context.sessions)
    count = indexer.rebuild(context.sessions, context.index, rendering.load_all)
    click.echo(f"The search index holds {count} datasets.")


@search.command()
@output.json_option
@pass_context
@click.pass_context
def check(click_context: click.Context, context: Context, *, as_json: bool) -> None:
    """Compare index and database. Exit code 1 when they differ."""
    context.bring_index_up_to_date()
    drift = indexer.check(context.sessions, context.index, rendering.all_ids)
    if as_json:
        output.as_json({"missing": sorted(drift.missing), "extra": sorted(drift.extra)})
    elif drift.missing or drift.extra:
        click.echo(
            f"The index lacks {len(drift.missing)} datasets and has {len(drift.extra)} too many; "
            "run `opendata search rebuild`."
        )
    else:
        click.echo("The index holds exactly the public datasets.")
    click_context.exit(ExitCode.FAILED if drift.missing or drift.extra else ExitCode.WELL)


@search.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--size", default=10, show_default=True, help="How many hits to show.")
@output.json_option
@pass_context
def query(context: Context, words: tuple[str, ...], size: int, *, as_json: bool) -> None:
    """Ask the index as the search page does."""
    known = Known(context.sessions, context.settings.lexicon_path).now()
    asked = Query(text=" ".join(words), size=size, knowledge=known)
    results = relax.answer(context.index, asked)
    with context.sessions() as session:
        hits = [
            {"slug": dataset.slug, "title": catalogue.text_in(dataset.document["title"], "vi")[0]}
            for dataset in catalogue.cards(session, results.ids)
        ]
    if as_json:
        output.as_json({"total": results.total, "hits": hits})
        return
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
