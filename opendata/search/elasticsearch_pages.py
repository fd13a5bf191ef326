"""The hits of a query in their order, read from any place, by Elasticsearch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from opendata.search import cursor, fields, order_keys
from opendata.search import elasticsearch_words as words
from opendata.search.base import WINDOW, Query
from opendata.search.cursor import Place

# Asks the server: a clause, and what else the search says; gives its answer.
Ask = Callable[..., dict[str, Any]]

# Scores closer than this are a tie, and ties go by id, as in the embedded engine.
_SCORE_DIGITS = 4
# The server ranks by the whole score, so a tie may reach beyond the end of a page.
_BEYOND = 100
_BY_SCORE = [{"_score": "desc"}, {"id": "asc"}]


@dataclass(frozen=True)
class Hit:
    """One hit; `key` is its place among those of the same score, `exact` the score unrounded."""

    score: float
    key: str
    identifier: str
    exact: float = 0.0

    @property
    def place(self) -> tuple[float, str]:
        """What the order goes by."""
        return -self.score, self.key


class Ordered:
    """All hits of a query in one total order; nothing is read before it is asked for."""

    def __init__(self, ask: Ask, query: words.Clause, order: str) -> None:
        self._ask = ask
        self._query = query
        self._order = order

    def read(self, start: int, size: int) -> list[Hit]:
        """Return the hits from `start` on; both together are at most `WINDOW`."""
        if not size:
            return []
        if self._order != fields.RELEVANCE:
            return self._by_key(from_=start, size=size)
        # From the top: where the server begins a page, we may begin another.
        last = min(start + size + _BEYOND, WINDOW)
        return _sorted(self._by_score(size=last))[start : start + size]

    def read_behind(self, place: Place, size: int) -> tuple[list[Hit], bool]:
        """Return the hits behind a place, `WINDOW` at most, and whether there are more."""
        size = min(size, WINDOW - _BEYOND - 1)
        if not size:
            return [], False
        if self._order != fields.RELEVANCE:
            hits = self._by_key(search_after=[words.writable(place.key)], size=size + 1)
        else:
            hits = self._behind_hits(place, size + 1)
        return hits[:size], len(hits) > size

    def end(self, shown: list[Hit], seen: int) -> Place:
        """Return the place behind a page; `seen` hits stand up to its end."""
        if self._order != fields.RELEVANCE:
            return Place(shown[-1].key, seen)
        return cursor.by_relevance([hit.identifier for hit in shown], seen)

    def _by_key(self, **page: Any) -> list[Hit]:
        column = next(words.order_column(f) for f in fields.SORTED if f.sort == self._order)
        keys = self._hits(sort=[{column: "asc"}], **page)
        return [Hit(0.0, key, order_keys.identifier(key)) for (key,) in keys]

    def _by_score(self, **page: Any) -> list[Hit]:
        found = self._hits(sort=_BY_SCORE, **page)
        return [Hit(round(exact, _SCORE_DIGITS), key, key, exact) for exact, key in found]

    def _hits(self, **page: Any) -> list[list[Any]]:
        answer = self._ask(self._query, **page)
        return [hit["sort"] for hit in answer["hits"]["hits"]]

    def _behind_hits(self, place: Place, size: int) -> list[Hit]:
        """Return the hits behind the last one told that is still there."""
        for identifier in place.last_hits:
            last = self._find(identifier)
            if last is not None:
                return self._behind(last, size)
        return self._behind_number(place.seen, size)

    def _find(self, identifier: str) -> Hit | None:
        """Return one document as it scores now, None where it is no hit."""
        only = {"term": {"id": {"value": words.writable(identifier)}}}
        both = {"bool": {"must": [self._query], "filter": [only]}}
        found = Ordered(self._ask, both, self._order)._by_score(size=1)
        return found[0] if found else None

    def _behind(self, last: Hit, size: int) -> list[Hit]:
        """Read from where the tie of a hit begins, and leave out what stands before it."""
        asked, hits = size + _BEYOND, list[Hit]()
        after: list[Any] = [last.score * (1 + 1e-6) + 10**-_SCORE_DIGITS, ""]
        while True:
            page = self._by_score(search_after=after, size=asked)
            hits += [hit for hit in page if hit.place > last.place]
            if len(page) < asked or len(hits) > size:
                return _sorted(hits)[:size]
            end = page[-1]
            # Of the same score, all with a smaller id stand before it.
            key = max(end.key, last.key) if end.score == last.score else end.key
            after = [end.exact, key]

    def _behind_number(self, seen: int, size: int) -> list[Hit]:
        """Count to a place of which no hit is left."""
        more: dict[str, Any] = {}
        while seen > 0:
            page = self._by_score(size=min(seen, WINDOW), **more)
            if not page:
                return []
            seen -= len(page)
            more = {"search_after": [page[-1].exact, page[-1].key]}
        return _sorted(self._by_score(size=size, **more))


def _sorted(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: hit.place)


def copy_of(query: Query) -> str:
    """Return what has one search, page after page, answered by the same copy of the index.

    Copies may hold different numbers of removed documents, and so score a little differently.
    """
    asked = [query.text, sorted((name, list(chosen)) for name, chosen in query.filters.items())]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
