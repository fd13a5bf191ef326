"""Our fields, documents and query trees in the words of Elasticsearch.

Only `bool`, `dis_max`, `constant_score`, `term`, `range` of numbers and `match_all` are used: no
query here parses or analyses what it is given.
"""

from __future__ import annotations

from typing import Any

from opendata.search import fields, nodes, order_keys
from opendata.search.base import SearchDocument
from opendata.search.fields import Field

# A JSON object of the server's query language.
Clause = dict[str, Any]

# The longest term that the server stores has 32,766 bytes; a letter has at most four.
_LONGEST_KEYWORD = 8_191
_NOTHING: Clause = {"match_none": {}}


def mapping() -> dict[str, Any]:
    """Return the fields of an index: texts split at white space, all else whole terms."""
    text = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
    keyword = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
    order = {"type": "keyword", "index": False}
    return {
        # What is not in the table of fields is a mistake, and not to be guessed at.
        "dynamic": "strict",
        "properties": {
            "id": {"type": "keyword"},
            "version": {"type": "long"},
            **dict.fromkeys(fields.forms({}), text),
            **dict.fromkeys(fields.KEYWORDS, keyword),
            **{fields.range_column(field): {"type": "long"} for field in fields.RANGED},
            **{order_column(field): order for field in fields.SORTED},
        },
    }


def document(told: SearchDocument) -> dict[str, Any]:
    """Return a search document for the server: every text in its forms, facets, order keys.

    Raises ValueError where a value is not what its field holds, for instance no date.
    """
    return {
        "id": told["id"],
        "version": told.get("version", 0),
        **{name: writable(joined or fields.EMPTY) for name, joined in fields.forms(told).items()},
        **{
            field.name: [writable(value) for value in fields.values(told, field)]
            for field in fields.FIELDS
            if field.name in fields.KEYWORDS
        },
        **{fields.range_column(field): fields.range_values(told, field) for field in fields.RANGED},
        **{order_column(field): writable(order_keys.key(told, field)) for field in fields.SORTED},
    }


def order_column(field: Field) -> str:
    """Return the column that sorts by a field."""
    return f"order_{field.sort}"


def query(node: nodes.Node) -> Clause:
    """Return a tree of ours as a query of the server, with the same scores as the embedded one."""
    match node:
        case nodes.Term(field, value):
            return {"term": {field: {"value": writable(value)}}}
        case nodes.Boost(inner, factor):
            return {"bool": {"must": [query(inner)], "boost": factor}}
        case nodes.Constant(inner, score):
            return {"constant_score": {"filter": query(inner), "boost": score}}
        case nodes.Best(inner, tie):
            clauses = [query(n) for n in inner]
            return {"dis_max": {"queries": clauses, "tie_breaker": tie}} if clauses else _NOTHING
        case nodes.Any(inner, minimum):
            clauses = [query(n) for n in inner]
            some = {"should": clauses, "minimum_should_match": minimum}
            return {"bool": some} if clauses else _NOTHING
        case nodes.All(must, should):
            needed, welcome = [query(n) for n in must], [query(n) for n in should]
            return {"bool": {"must": needed, "should": welcome, "minimum_should_match": 0}}
        case nodes.Not(inner):
            return {"bool": {"must": [query(nodes.Everything())], "must_not": [query(inner)]}}
        case nodes.Range(field, low, high):
            ends = {"gte": low, "lte": high}
            span = {name: end for name, end in ends.items() if end is not None}
            return {"constant_score": {"filter": {"range": {field: span}}, "boost": 0.0}}
        case nodes.Everything():
            return {"match_all": {"boost": 0.0}}


def writable(text: str) -> str:
    """Return a text that can be sent: a lone surrogate, which is in no document, becomes `?`."""
    return text.encode("utf-8", "replace").decode()
