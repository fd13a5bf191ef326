"""Search: words, facets as plain links, order, pages. The engine ranks, the database decides."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from opendata.search.base import Query, Results
from opendata.services import catalogue
from opendata.web import instance, paging, search_form, searching, session

blueprint = Blueprint("search", __name__, url_prefix="/dataset")
_RETRY_SECONDS = 30


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """Show the hits of a search; without words, the whole catalogue."""
    query = search_form.read(instance.current().settings.web.page_size)
    query, results = _ask(query)
    if results is None:
        return _without_engine(query)
    names = search_form.namers(session.get())
    return render_template(
        "search/page.html",
        query=query,
        hidden=search_form.parameters(replace(query, text="")),
        cards=catalogue.cards(session.get(), results.ids),
        pager=paging.Pager(
            "search.page", search_form.parameters(query), query.page, query.size, results.total
        ),
        facets=search_form.facets(query, results, names),
        chips=search_form.chips(query, names),
        sorts=search_form.sorts(query),
    )


def _ask(query: Query) -> tuple[Query, Results | None]:
    """Ask; a page behind the last one is answered with the last one."""
    results = searching.ask(query)
    if results is None:
        return query, None
    last = paging.last_page(results.total, query.size)
    if query.page <= last:
        return query, results
    query = replace(query, page=last)
    return query, searching.ask(query)


def _without_engine(query: Query) -> ResponseReturnValue:
    """Show the newest data with 503, so that nobody takes it for an answer to the search."""
    body = render_template(
        "search/unavailable.html",
        query=query,
        hidden=search_form.parameters(replace(query, text="")),
        cards=catalogue.newest(session.get(), count=query.size),
    )
    return body, 503, {"Retry-After": str(_RETRY_SECONDS), "Cache-Control": "no-store"}
