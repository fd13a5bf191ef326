"""The hits of a query in their order, read from any place, by the embedded engine."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Occur

from opendata.search import cursor, fields, order_keys
from opendata.search import tantivy_words as words
from opendata.search.cursor import Place
from opendata.search.nodes import Constant, Term

# Scores closer than this are a tie: sums differ in their last bits from segment to segment.
_SCORE_DIGITS = 4


@dataclass(frozen=True)
class Hit:
    """One hit; `key` is its place among those of the same score."""

    score: float
    key: str
    identifier: str


class Ordered:
    """All hits of a query in one total order; nothing is read before it is asked for."""

    def __init__(self, searcher: Any, query: Any, order: str, total: int) -> None:
        self._searcher = searcher
        self._query = query
        self._order = order
        self._total = total

    def read(self, start: int, size: int) -> list[Hit]:
        """Return the hits from `start` on, fewer where they end."""
        size = min(size, self._total - start)  # the engine sets memory aside for what is asked
        if size <= 0:
            return []
        if self._order == fields.RELEVANCE:
            return self._by_score(start, size)
        return self._by_key(start, size)

    def first_behind(self, place: Place) -> int:
        """Return where the first hit behind a place stands: it moves when documents come and go."""
        if self._order != fields.RELEVANCE:
            return self._behind((0.0, place.key), place.seen)
        for identifier in place.last_hits:
            score = self._score_of(identifier)
            if score is not None:
                return self._behind((-score, identifier), place.seen)
        return min(place.seen, self._total)

    def end(self, shown: list[Hit], seen: int) -> Place:
        """Return the place behind a page; `seen` hits stand up to its end."""
        if self._order != fields.RELEVANCE:
            return Place(shown[-1].key, seen)
        return cursor.by_relevance([hit.identifier for hit in shown], seen)

    def _behind(self, last: tuple[float, str], seen: int) -> int:
        if 0 < seen <= self._total and self._at(seen - 1) == last:
            return seen
        return bisect_right(range(self._total), last, key=self._at)

    def _at(self, position: int) -> tuple[float, str]:
        (hit,) = self.read(position, 1)
        return -hit.score, hit.key

    def _score_of(self, identifier: str) -> float | None:
        """Return the score of one document now, None where it is no hit."""
        only = words.query(Constant(Term("id", identifier), 0.0))
        both = tantivy.Query.boolean_query([(Occur.Must, self._query), (Occur.Must, only)])
        hits = self._searcher.search(both, 1, count=False).hits
        return round(hits[0][0], _SCORE_DIGITS) if hits else None

    def _by_key(self, start: int, size: int) -> list[Hit]:
        found = self._searcher.search(
            self._query,
            size,
            count=False,
            order_by_field=f"order_{self._order}",
            order=tantivy.Order.Asc,
            offset=start,
        )
        return [Hit(0.0, key, order_keys.identifier(key)) for key, _ in found.hits]

    def _by_score(self, start: int, size: int) -> list[Hit]:
        """Return hits by score; ties go by id, so that no merge of segments changes a page."""
        hits = self._top_with_ties(start + size)
        first = next(place for place, (score, _) in enumerate(hits) if score == hits[start][0])
        page = sorted((-score, self._searcher.doc(where)["id"][0]) for score, where in hits[first:])
        return [Hit(-score, found, found) for score, found in page][start - first :][:size]

    def _top_with_ties(self, wanted: int) -> list[tuple[float, Any]]:
        """Return the `wanted` best hits and all that tie with the last of them."""
        limit = wanted + 1
        while True:
            found = self._searcher.search(self._query, limit, count=False).hits
            hits = [(round(score, _SCORE_DIGITS), where) for score, where in found]
            if len(hits) < limit or hits[-1][0] < hits[wanted - 1][0]:
                last = hits[min(wanted, len(hits)) - 1][0]
                return [hit for hit in hits if hit[0] >= last]
            limit *= 2
