"""From a query to a tree: its words by what they mean, and its filters."""

from __future__ import annotations

from opendata.errors import NotFound
from opendata.search import fields, meaning, text
from opendata.search.base import Query
from opendata.search.knowledge import published
from opendata.search.nodes import All, Constant, Node, Term
from opendata.search.understand import understand


def build(query: Query) -> Node:
    """Return the tree of a query; raises NotFound for a filter that is no facet."""
    understood = understand(query.text, query.knowledge or published())
    must, should = meaning.nodes(understood, relaxed=query.relaxed)
    return All((*must, *_filters(query)), should)


def order(query: Query) -> str:
    """Return the sort that holds, a name of `fields.SORTS`; raises NotFound for another.

    Without words nothing is more relevant than anything else: the newest data comes first.
    """
    if query.sort not in fields.SORTS:
        raise NotFound(f"There is no sort {query.sort!r}; there are: {', '.join(fields.SORTS)}.")
    if query.sort == fields.RELEVANCE and not text.analyse(query.text):
        return "modified"
    return query.sort


def _filters(query: Query) -> list[Node]:
    unknown = sorted(set(query.filters) - set(fields.FACETS))
    if unknown:
        raise NotFound(f"There is no facet {unknown[0]!r}; there are: {', '.join(fields.FACETS)}.")
    return [
        Constant(Term(name, value), 0.0)
        for name, chosen in query.filters.items()
        for value in chosen
    ]
