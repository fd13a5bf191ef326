"""Where nothing fits a query, what fits a part of it: fewer words, any place, then no filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from opendata.search import language, text
from opendata.search.base import Query, Results, Searcher

ANY_WORD, ANYWHERE, FILTERS = "any-word", "anywhere", "filters"


def answer(index: Searcher, query: Query) -> Results:
    """Answer a query; where it has no hit, answer the first weaker one that has.

    `understood.relaxed` tells what was given up. Raises what the engine raises.
    """
    exact = index.search(query)
    if exact.total or query.after:
        return exact
    for given_up, weaker in _weaker(query):
        found = index.search(weaker)
        if found.total:
            # A cursor of the weaker query would be none of the one that was asked.
            told = replace(exact.understood, relaxed=given_up)
            return replace(found, understood=told, next="")
    return exact


def _weaker(query: Query) -> Iterator[tuple[tuple[str, ...], Query]]:
    steps: list[tuple[tuple[str, ...], Query]] = [((), query)]
    if len(text.analyse(language.read(query.text).words)) > 1:
        any_word = replace(query, any_word=True)
        steps += [((ANY_WORD,), any_word)]
        steps += [((ANY_WORD, ANYWHERE), replace(any_word, anywhere=True))]
    yield from steps[1:]
    if any(query.filters.values()):
        for given_up, weaker in steps:
            yield (*given_up, FILTERS), replace(weaker, filters={})
