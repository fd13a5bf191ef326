"""The numbers beside the values of facets, counted by the embedded engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opendata.search import fields, tree
from opendata.search import tantivy_words as words
from opendata.search.base import FacetCount, Query

# Facets are counted over all values, then cut: so the cut is by count and name, never by chance.
_MAX_VALUES = 10_000


def count(searcher: Any, query: Query, compiled: Any) -> dict[str, tuple[FacetCount, ...]]:
    """Count each facet over all hits: most frequent first, then by name.

    A facet with chosen values is counted without them, each in a pass of its own; all others are
    counted in one pass over `compiled`.
    """
    size = max(query.facet_size, 0)
    if not size:
        return dict.fromkeys(fields.FACETS, ())
    chosen = [name for name in fields.FACETS if query.filters.get(name)]
    buckets = _buckets(searcher, compiled, set(fields.FACETS) - set(chosen))
    for name in chosen:
        others = words.query(tree.build(query, leave_out=name))
        buckets |= _buckets(searcher, others, [name])
    return {name: _counts(buckets.get(name, []))[:size] for name in fields.FACETS}


def _buckets(searcher: Any, compiled: Any, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    wanted = {name: {"terms": {"field": name, "size": _MAX_VALUES}} for name in names}
    answer = searcher.aggregate(compiled, wanted) if wanted else {}
    return {name: answer.get(name, {}).get("buckets", []) for name in wanted}


def _counts(buckets: list[dict[str, Any]]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(bucket["key"], bucket["doc_count"]) for bucket in buckets]
    return tuple(sorted(counts, key=lambda found: (-found.count, found.value)))
