"""The hits of a query in their order, a page at a time, by Elasticsearch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from opendata.search import elasticsearch_words as words
from opendata.search import fields, order_keys
from opendata.search.base import Query

# As many digits as the embedded engine tells.
_SCORE_DIGITS = 4


@dataclass(frozen=True)
class Hit:
    """One hit; `key` is its place among those of the same score."""

    score: float
    key: str
    identifier: str


def order_clause(order: str) -> list[dict[str, str]]:
    """Return the sort of the server: by score and then id, or by one key that holds the id."""
    if order == fields.RELEVANCE:
        return [{"_score": "desc"}, {"id": "asc"}]
    column = next(words.order_column(field) for field in fields.SORTED if field.sort == order)
    return [{column: "asc"}]


def read(answer: dict[str, Any], order: str) -> list[Hit]:
    """Return the hits of an answer."""
    told = [hit["sort"] for hit in answer["hits"]["hits"]]
    if order == fields.RELEVANCE:
        return [Hit(round(score, _SCORE_DIGITS), found, found) for score, found in told]
    return [Hit(0.0, key, order_keys.identifier(key)) for (key,) in told]


def copy_of(query: Query) -> str:
    """Return what has one search, page after page, answered by the same copy of the index.

    Copies may hold different numbers of removed documents, and so score a little differently.
    """
    asked = [query.text, sorted((name, list(chosen)) for name, chosen in query.filters.items())]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
