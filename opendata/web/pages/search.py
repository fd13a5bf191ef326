"""Search: words, facets as plain links, order, pages. The engine ranks, the database decides."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from opendata.search.base import WINDOW, Query, Results
from opendata.services import catalogue
from opendata.web import (
    hits,
    instance,
    paging,
    search_counts,
    search_form,
    searching,
    session,
    understood_view,
)

blueprint = Blueprint("search", __name__, url_prefix="/dataset")
_RETRY_SECONDS = 30


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """Show the hits of a search; without words, the whole catalogue."""
    query = search_form.read(instance.current().settings.web.page_size)
    query, results = _ask(query)
    if results is None:
        return _without_engine(query)
    search_counts.searched(query, results)
    names = search_form.namers(session.get())
    cards = catalogue.cards(session.get(), results.ids)
    return render_template(
        "search/page.html",
        query=query,
        hidden=_hidden(query),
        cards=cards,
        hits=hits.explain(cards, query, results.understood),
        understood=understood_view.make(query, results.understood),
        pager=_pager(query, results),
        onward=search_form.onward(query, results.next),
        facets=search_form.facets(query, results, names),
        chips=search_form.chips(query, names),
        sorts=search_form.sorts(query),
    )


def _ask(query: Query) -> tuple[Query, Results | None]:
    """Ask; a page behind the last one is answered with the last one."""
    results = searching.answer(query)
    if results is None or query.after:
        return query, results
    last = paging.last_page(results.total, query.size, -(-WINDOW // query.size))
    if query.page <= last:
        return query, results
    query = replace(query, page=last)
    return query, searching.answer(query)


def _pager(query: Query, results: Results) -> paging.Pager:
    deepest = -(-WINDOW // query.size)
    values = search_form.parameters(query)
    return paging.Pager("search.page", values, query.page, query.size, results.total, deepest)


def _hidden(query: Query) -> dict[str, object]:
    """Return what a new search keeps: the filters and the order."""
    return search_form.parameters(replace(query, text="", literal=False))


def _without_engine(query: Query) -> ResponseReturnValue:
    """Show the newest data with 503, so that nobody takes it for an answer to the search."""
    body = render_template(
        "search/unavailable.html",
        query=query,
        hidden=_hidden(query),
        cards=catalogue.newest(session.get(), count=query.size),
    )
    return body, 503, {"Retry-After": str(_RETRY_SECONDS), "Cache-Control": "no-store"}
