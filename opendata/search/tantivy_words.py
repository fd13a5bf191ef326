"""Our fields, documents and query trees in the words of tantivy."""

from __future__ import annotations

from functools import cache
from typing import Any

import tantivy
from tantivy import Occur

from opendata.search import fields, nodes, order_keys
from opendata.search.base import SearchDocument
from opendata.search.fields import Field


@cache
def schema() -> Any:
    """Texts are split at white space; keywords and orders are whole terms in columns, dates
    and years are numbers too."""
    builder = tantivy.SchemaBuilder()
    columns = [*fields.KEYWORDS, *map(order_column, fields.SORTED)]
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for name in columns:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("version", fast=True)
    numbers = [*map(fields.range_column, fields.RANGED), *map(place_column, fields.SORTED)]
    for name in numbers:
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in fields.forms({}):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def document(told: SearchDocument) -> Any:
    """Return a search document for the engine: every text in its forms, facets, order keys."""
    rendered = tantivy.Document()
    rendered.add_text("id", told["id"])
    rendered.add_unsigned("version", told.get("version", 0))
    for name, joined in fields.forms(told).items():
        rendered.add_text(name, joined or fields.EMPTY)
    for field in fields.FIELDS:
        if field.name in fields.KEYWORDS:
            for value in fields.values(told, field):
                rendered.add_text(field.name, value)
        if field.sort:
            key = order_keys.key(told, field)
            rendered.add_text(order_column(field), key)
            rendered.add_integer(place_column(field), order_keys.place(key))
        if field in fields.RANGED:
            for number in fields.range_values(told, field):
                rendered.add_integer(fields.range_column(field), number)
    return rendered


def order_column(field: Field) -> str:
    """Return the column that sorts by a field."""
    return f"order_{field.sort}"


def place_column(field: Field) -> str:
    """Return the column that cuts off what stands before a place in that order."""
    return f"place_{field.sort}"


def query(node: nodes.Node) -> Any:
    """Return a tree of ours as a query of the engine; no text reaches a query parser."""
    match node:
        case nodes.Term(field, value):
            # A lone surrogate cannot be written as UTF-8, and so is in no document.
            known = value.encode("utf-8", "replace").decode()
            return tantivy.Query.term_query(schema(), field, known, "freq")
        case nodes.Boost(inner, factor):
            return tantivy.Query.boost_query(query(inner), factor)
        case nodes.Constant(inner, score):
            return tantivy.Query.const_score_query(query(inner), score)
        case nodes.Best(inner, tie):
            return tantivy.Query.disjunction_max_query([query(n) for n in inner], tie)
        case nodes.Any(inner, minimum):
            clauses = [(Occur.Should, query(n)) for n in inner]
            return tantivy.Query.boolean_query(clauses, minimum_number_should_match=minimum)
        case nodes.All(must, should):
            needed = [(Occur.Must, query(n)) for n in must]
            return tantivy.Query.boolean_query(needed + [(Occur.Should, query(n)) for n in should])
        case nodes.Not(inner):
            others = (Occur.MustNot, query(inner))
            return tantivy.Query.boolean_query([(Occur.Must, query(nodes.Everything())), others])
        case nodes.Range(field, low, high):
            whole = tantivy.FieldType.Integer
            span = tantivy.Query.range_query(schema(), field, whole, low, high)
            return tantivy.Query.const_score_query(span, 0.0)
        case nodes.Everything():
            return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
