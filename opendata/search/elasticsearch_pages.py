"""The hits of a query in their order, a page at a time, by Elasticsearch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from opendata.search import elasticsearch_words as words
from opendata.search import fields, order_keys
from opendata.search.base import WINDOW, Query

# Scores closer than this are a tie, and ties go by id, as in the embedded engine.
_SCORE_DIGITS = 4
# The server ranks by the whole score, so a tie may reach beyond the end of a page.
_BEYOND = 100


@dataclass(frozen=True)
class Hit:
    """One hit; `key` is its place among those of the same score."""

    score: float
    key: str
    identifier: str


def wanted(order: str, start: int, size: int) -> dict[str, Any]:
    """Return what to ask the server for, so that `read` finds a page in the answer.

    `start` and `size` together are at most `WINDOW`.
    """
    if order == fields.RELEVANCE:
        # From the top: where the server begins a page, we may begin another.
        last = min(start + size + _BEYOND, WINDOW) if size else 0
        return {"sort": [{"_score": "desc"}, {"id": "asc"}], "from_": 0, "size": last}
    column = next(words.order_column(field) for field in fields.SORTED if field.sort == order)
    return {"sort": [{column: "asc"}], "from_": start, "size": size}


def read(answer: dict[str, Any], order: str, start: int, size: int) -> list[Hit]:
    """Return the page in an answer."""
    told = [hit["sort"] for hit in answer["hits"]["hits"]]
    if order == fields.RELEVANCE:
        hits = [Hit(round(score, _SCORE_DIGITS), found, found) for score, found in told]
        return sorted(hits, key=lambda hit: (-hit.score, hit.key))[start : start + size]
    return [Hit(0.0, key, order_keys.identifier(key)) for (key,) in told]


def copy_of(query: Query) -> str:
    """Return what has one search, page after page, answered by the same copy of the index.

    Copies may hold different numbers of removed documents, and so score a little differently.
    """
    asked = [query.text, sorted((name, list(chosen)) for name, chosen in query.filters.items())]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
