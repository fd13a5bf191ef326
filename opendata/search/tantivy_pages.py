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
from opendata.search.nodes import Constant, Range, Term

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

    def read_behind(self, place: Place, size: int) -> tuple[int, list[Hit]]:
        """Return the hits behind a place, and where the first of them stands now."""
        if self._order == fields.RELEVANCE:
            start = self._behind_hits(place)
            return start, self.read(start, size)
        rest, same = self._cut(place.key)
        skipped = bisect_right(range(same), (0.0, place.key), key=rest._at)
        return self._total - rest._total + skipped, rest.read(skipped, size)

    def end(self, shown: list[Hit], seen: int) -> Place:
        """Return the place behind a page; `seen` hits stand up to its end."""
        if self._order != fields.RELEVANCE:
            return Place(shown[-1].key, seen)
        return cursor.by_relevance([hit.identifier for hit in shown], seen)

    def _cut(self, key: str) -> tuple[Ordered, int]:
        """Return the hits from the place of a key on, and how many of them share that place.

        Deep offsets cost time by their depth; what stands before is cut off by a number instead.
        """
        column, place = f"place_{self._order}", order_keys.place(key)
        rest = self._within(Range(column, place, None))
        same = self._within(Range(column, place, place))
        return Ordered(self._searcher, rest, self._order, self._count(rest)), self._count(same)

    def _within(self, span: Range) -> Any:
        both = [(Occur.Must, self._query), (Occur.Must, words.query(span))]
        return tantivy.Query.boolean_query(both)

    def _count(self, query: Any) -> int:
        return int(self._searcher.search(query, 1).count)

    def _behind_hits(self, place: Place) -> int:
        """Return where the first hit stands behind the last one told that is still there."""
        for identifier in place.last_hits:
            score = self._score_of(identifier)
            if score is not None:
                last = (-score, identifier)
                if 0 < place.seen <= self._total and self._at(place.seen - 1) == last:
                    return place.seen
                return bisect_right(range(self._total), last, key=self._at)
        return min(place.seen, self._total)

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
