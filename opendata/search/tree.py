"""From a query to a tree: words by what they mean, conditions, filters."""

from __future__ import annotations

from opendata.errors import NotFound
from opendata.search import clauses, fields, language, meaning, text, titles, understood
from opendata.search.base import Query
from opendata.search.nodes import All, Any, Constant, Node, Term


def build(query: Query, *, leave_out: str = "") -> Node:
    """Return the tree of a query; raises NotFound for a filter that is no field to filter by.

    `leave_out` names a filter that does not count, for the numbers beside its own values.
    """
    filters = _filters(query, leave_out)
    if query.typing:
        return All((titles.while_typing(query.text), *filters))
    meant = understood.parts(query)
    must, should = meaning.nodes(meant, any_word=query.any_word, anywhere=query.anywhere)
    conditions = map(clauses.node, language.read(query.text).clauses)
    return All((*must, *conditions, *filters), should)


def order(query: Query) -> str:
    """Return the sort that holds, a name of `fields.SORTS`; raises NotFound for another.

    Without words nothing is more relevant than anything else: the newest data comes first.
    """
    if query.sort not in fields.SORTS:
        raise NotFound(f"There is no sort {query.sort!r}; there are: {', '.join(fields.SORTS)}.")
    if query.sort == fields.RELEVANCE and not query.typing and not _is_scored(query.text):
        return "modified"
    return query.sort


def _is_scored(typed: str) -> bool:
    asked = language.read(typed)
    return bool(text.analyse(asked.words)) or any(map(clauses.is_scored, asked.clauses))


def _filters(query: Query, leave_out: str) -> list[Node]:
    unknown = sorted(set(query.filters) - set(fields.FILTERS))
    if unknown:
        raise NotFound(
            f"There is no filter {unknown[0]!r}; there are: {', '.join(fields.FILTERS)}."
        )
    return [
        Constant(Any(tuple(Term(name, value) for value in chosen)), 0.0)
        for name, chosen in query.filters.items()
        if chosen and name != leave_out
    ]
