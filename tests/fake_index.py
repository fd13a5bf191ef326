"""A search engine of sixty lines for tests of pages: substring match, exact facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from opendata.errors import StorageError
from opendata.search import cursor
from opendata.search.base import FacetCount, Query, Results, SearchDocument, Written
from opendata.search.fields import FACETS


class FakeIndex:
    """Holds documents in a dict; `broken` makes every search fail as a lost engine does."""

    def __init__(self, documents: Iterable[SearchDocument] = ()) -> None:
        self.broken = False
        self._documents: dict[str, SearchDocument] = {}
        self.put(documents)

    def is_built(self) -> bool:
        return True

    def put(self, documents: Iterable[SearchDocument]) -> Written:
        before = len(self._documents)
        self._documents.update({document["id"]: document for document in documents})
        return Written(len(self._documents) - before)

    def remove(self, ids: Iterable[str], versions: Mapping[str, int] | None = None) -> None:
        for identifier in ids:
            self._documents.pop(identifier, None)

    def ids(self) -> set[str]:
        return set(self._documents)

    def versions(self) -> dict[str, int]:
        return {found: document.get("version", 0) for found, document in self._documents.items()}

    def rebuild(self, documents: Iterable[SearchDocument]) -> Written:
        self._documents = {}
        return self.put(documents)

    def close(self) -> None:
        self._documents = {}

    def search(self, query: Query) -> Results:
        if self.broken:
            raise StorageError("The index is gone; rebuild it.")
        hits = [d for d in self._documents.values() if _has_words(d, query) and _passes(d, query)]
        hits.sort(key=lambda d: str(d["title_sort"]))
        if query.sort in ("modified", "created"):
            hits.sort(key=lambda d: str(d[query.sort]), reverse=True)
        start, size = cursor.window(query)
        if query.after:
            start = cursor.read(query, query.sort).seen
        end = start + size
        shown = tuple(str(d["id"]) for d in hits[start:end])
        facets = {name: _count(hits, name) for name in FACETS}
        place = cursor.by_relevance(shown, end)
        onward = cursor.write(query, query.sort, place) if end < len(hits) else ""
        return Results(shown, tuple(1.0 for _ in shown), len(hits), facets, onward)


def _values(document: SearchDocument, field: str) -> list[str]:
    value = document.get(field) or []
    return [value] if isinstance(value, str) else list(value)


def _has_words(document: SearchDocument, query: Query) -> bool:
    text = " ".join(str(document.get(field, "")) for field in ("title", "title_en", "notes"))
    return all(word in text.casefold() for word in query.text.casefold().split())


def _passes(document: SearchDocument, query: Query) -> bool:
    return all(
        set(wanted) & set(_values(document, field)) for field, wanted in query.filters.items()
    )


def _count(hits: list[SearchDocument], field: str) -> tuple[FacetCount, ...]:
    counts = Counter(value for document in hits for value in _values(document, field))
    return tuple(FacetCount(value, count) for value, count in counts.most_common())
