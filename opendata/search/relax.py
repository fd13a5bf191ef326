"""Where nothing fits a query, what fits a part of it: fewer words, then no filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from opendata.search import language, text
from opendata.search.base import Query, Results, Searcher

ANY_WORD, FILTERS = "any-word", "filters"


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
    any_word = replace(query, any_word=True)
    has_words = len(text.analyse(language.read(query.text).words)) > 1
    has_filters = any(query.filters.values())
    if has_words:
        yield (ANY_WORD,), any_word
    if has_filters:
        yield (FILTERS,), replace(query, filters={})
    if has_words and has_filters:
        yield (ANY_WORD, FILTERS), replace(any_word, filters={})
