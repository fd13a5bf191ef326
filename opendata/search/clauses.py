"""The conditions of a query as nodes: words side by side, values of fields, spans of days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opendata.search import columns, fields, language, spans, text
from opendata.search.fields import Field
from opendata.search.language import Clause
from opendata.search.nodes import (
    All,
    Any,
    Best,
    Boost,
    Constant,
    Everything,
    Node,
    Not,
    Range,
    Term,
)

_BY_NAME = {field.name: field for field in fields.FIELDS}
# Where the words of a condition are sought, beside the value as a whole term.
_WORDS_IN = {
    "publisher": "publisher_name",
    "theme": "theme_name",
    "area": "area_name",
    "column": "columns",
    "title": "title",
    "keyword": "keywords",
    "unit": "unit",
}
_SCORED = frozenset({"", "title", "keyword", "column"})


def node(clause: Clause) -> Node:
    """Return what a condition matches; those on metadata score nothing."""
    found = _matching(clause)
    if clause.is_without:
        return Not(found)
    return found if clause.field in _SCORED else Constant(found, 0.0)


def is_scored(clause: Clause) -> bool:
    """Say whether a condition makes some hits more relevant than others."""
    return clause.field in _SCORED and not clause.is_without


def together(value: str, among: Sequence[Field]) -> Node:
    """Return what holds the words of `value` side by side, marks and all where they were typed.

    Side by side is told by pairs: "a b c" needs the pairs a b and b c, not in one place.
    """
    tokens = [token for token in text.analyse(value) if not token.glued][: language.MAX_WORDS]
    if not tokens:
        return Everything()
    return Best(tuple(Boost(_in_field(tokens, field), field.weight) for field in among))


def _matching(clause: Clause) -> Node:
    match clause.field:
        case "":
            return together(clause.value, fields.TEXT)
        case "modified" | "metadata" | "created" | "period":
            return _between(_BY_NAME[clause.field], clause.value)
        case "has":
            return Term("column", columns.key(clause.value))
        case _:
            return _value_or_words(clause.field, clause.value)


def _value_or_words(name: str, value: str) -> Node:
    found: list[Node] = []
    if name in fields.FILTERS:
        found.append(_one_of(name, (value, value.lower(), columns.key(value))))
    if name in _WORDS_IN:
        found.append(together(value, [_BY_NAME[_WORDS_IN[name]]]))
    return Any(tuple(found))


def _in_field(tokens: Sequence[text.Token], field: Field) -> Node:
    pairs = [Term(field.name + fields.BIGRAMS, pair) for pair in text.bigrams(tokens)]
    folded = pairs or [Term(field.name + fields.FOLDED, tokens[0].folded)]
    marked = [token.exact for token in tokens if token.exact != token.folded]
    exact = [Term(field.name + fields.EXACT, form) for form in dict.fromkeys(marked)]
    return All((*dict.fromkeys(folded), *exact))


def _one_of(name: str, values: Iterable[str]) -> Node:
    return Any(tuple(Term(name, value) for value in dict.fromkeys(values)))


def _between(field: Field, written: str) -> Node:
    span = spans.read(written) or spans.Span(None, None)
    low, high = spans.years(span) if field.kind == "year" else spans.moments(span)
    return Range(fields.range_column(field), low, high)
