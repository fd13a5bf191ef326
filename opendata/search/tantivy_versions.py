"""Which version of each document the embedded index holds: an older one must not replace it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import tantivy

from opendata.search import tantivy_words as words
from opendata.search.base import SearchDocument


def all_of(searcher: Any) -> dict[str, int]:
    """Return the version of every document by its id; nothing where there is no index."""
    if searcher is None or not searcher.num_docs:
        return {}
    return _found(searcher, tantivy.Query.all_query(), searcher.num_docs)


def newer(searcher: Any, versions: Mapping[str, int]) -> set[str]:
    """Return those ids of which the index holds a newer version than the one given."""
    if searcher is None or not versions:
        return set()
    named = tantivy.Query.term_set_query(words.schema(), "id", list(versions))
    there = _found(searcher, named, len(versions))
    return {identifier for identifier, held in there.items() if held > versions[identifier]}


def without_late(searcher: Any, documents: Iterable[SearchDocument]) -> list[SearchDocument]:
    """Return the documents but those of which the index holds a newer version."""
    told = list(documents)
    late = newer(searcher, {document["id"]: document.get("version", 0) for document in told})
    return [document for document in told if document["id"] not in late]


def _found(searcher: Any, query: Any, limit: int) -> dict[str, int]:
    hits = searcher.search(query, limit, count=False, order_by_field="id").hits
    held = searcher.fast_field_values("version", [where for _, where in hits])
    return {identifier: version or 0 for (identifier, _), version in zip(hits, held, strict=True)}
