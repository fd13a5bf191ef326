"""The first page: search, themes, what is new, who publishes, how much there is."""

from __future__ import annotations

from flask import Blueprint, render_template

from opendata.search.base import Query
from opendata.services import catalogue, codelists, publishers
from opendata.web import searching, session

blueprint = Blueprint("home", __name__)
_NEWEST = 6
_PUBLISHERS = 10


@blueprint.get("/")
def page() -> str:
    """Show the first page."""
    database = session.get()
    everyone = publishers.with_counts(database)
    biggest = sorted(everyone, key=lambda entry: -entry[1])[:_PUBLISHERS]
    return render_template(
        "home/page.html",
        figures=catalogue.figures(database),
        last_harvest=catalogue.last_harvest(database),
        newest=catalogue.newest(database, count=_NEWEST),
        publishers=biggest,
        themes=_themes(),
    )


def _themes() -> list[tuple[str, int | None]]:
    """Return (theme, number of datasets) of the themes in use; all of them, without a number,
    while the engine does not answer."""
    results = searching.ask(Query(size=1))
    if results is None:
        return [(theme.id, None) for theme in codelists.themes()]
    counts = {entry.value: entry.count for entry in results.facets.get("theme", ())}
    return [(theme.id, counts[theme.id]) for theme in codelists.themes() if counts.get(theme.id)]
