"""The numbers beside the values of facets, counted by Elasticsearch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opendata.search import elasticsearch_words as words
from opendata.search import fields, tree
from opendata.search.base import FacetCount, Query
from opendata.search.elasticsearch_pages import Ask

# Each part of an index names so many values, so that the sums over all parts are exact.
_MAX_VALUES = 10_000


def count(
    ask: Ask, query: Query, compiled: words.Clause
) -> tuple[int, dict[str, tuple[FacetCount, ...]]]:
    """Return the number of all hits, and each facet: most frequent first, then by name.

    A facet with chosen values is counted without them, each by a request of its own.
    """
    size = max(query.facet_size, 0)
    chosen = [name for name in fields.FACETS if query.filters.get(name) and size]
    others = [name for name in fields.FACETS if name not in chosen]
    answer = ask(compiled, size=0, aggs=_wanted(others, size))
    counted = answer.get("aggregations", {})
    for name in chosen:
        without = words.query(tree.build(query, leave_out=name))
        counted |= ask(without, size=0, aggs=_wanted([name], size))["aggregations"]
    facets = {name: _counts(counted.get(name, {})) for name in fields.FACETS}
    return answer["hits"]["total"]["value"], facets


def _wanted(names: Iterable[str], size: int) -> dict[str, Any]:
    if not size:
        return {}
    terms = {
        "size": min(size, _MAX_VALUES),
        "shard_size": _MAX_VALUES,
        "order": [{"_count": "desc"}, {"_key": "asc"}],
    }
    return {name: {"terms": {"field": name, **terms}} for name in names}


def _counts(facet: dict[str, Any]) -> tuple[FacetCount, ...]:
    return tuple(
        FacetCount(bucket["key"], bucket["doc_count"]) for bucket in facet.get("buckets", [])
    )
