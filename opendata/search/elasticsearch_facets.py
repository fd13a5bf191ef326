"""The numbers beside the values of facets, counted by Elasticsearch."""

from __future__ import annotations

from typing import Any

from opendata.search import fields
from opendata.search.base import FacetCount

# Each part of an index names so many values, so that the sums over all parts are exact.
_MAX_VALUES = 10_000


def wanted(size: int) -> dict[str, Any]:
    """Return what to count over all hits: each facet, most frequent first, then by name."""
    if size <= 0:
        return {}
    return {
        name: {
            "terms": {
                "field": name,
                "size": min(size, _MAX_VALUES),
                "shard_size": _MAX_VALUES,
                "order": [{"_count": "desc"}, {"_key": "asc"}],
            }
        }
        for name in fields.FACETS
    }


def read(answer: dict[str, Any]) -> dict[str, tuple[FacetCount, ...]]:
    """Return what was counted; nothing for what was not asked."""
    counted = answer.get("aggregations", {})
    return {name: _counts(counted.get(name, {})) for name in fields.FACETS}


def _counts(facet: dict[str, Any]) -> tuple[FacetCount, ...]:
    return tuple(
        FacetCount(bucket["key"], bucket["doc_count"]) for bucket in facet.get("buckets", [])
    )
