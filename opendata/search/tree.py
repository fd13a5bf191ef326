"""The query as a small tree that every engine can compile: what must match, and what it scores.

No node holds what a person typed: only tokens of the normal form, and facet values as whole terms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from opendata.errors import NotFound
from opendata.search import fields, text
from opendata.search.base import Query
from opendata.search.text import Token

# A page of prose pasted into the search box is cut here: engines limit the clauses of a query.
MAX_WORDS = 32
# Up to so many words all must match; of more words, this share.
_ALL_REQUIRED, _SHARE_REQUIRED = 2, 0.75
# What the fields beside the best one add.
_TIE = 0.2
_BIGRAM_FACTOR = 1.5


@dataclass(frozen=True)
class Term:
    """The field holds this term; scored by BM25."""

    field: str
    value: str


@dataclass(frozen=True)
class Boost:
    """The score of `node` times `factor`."""

    node: Node
    factor: float


@dataclass(frozen=True)
class Constant:
    """What `node` matches, with this score."""

    node: Node
    score: float


@dataclass(frozen=True)
class Best:
    """One of `nodes` matches; the best score, plus `tie` times each other score."""

    nodes: tuple[Node, ...]
    tie: float = _TIE


@dataclass(frozen=True)
class Any:
    """At least `minimum` of `nodes` match; the scores of those that do, summed."""

    nodes: tuple[Node, ...]
    minimum: int = 1


@dataclass(frozen=True)
class All:
    """Every one of `must` matches; `should` adds its scores where it matches."""

    must: tuple[Node, ...]
    should: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Everything:
    """Every document, with the score 0."""


Node: TypeAlias = Term | Boost | Constant | Best | Any | All | Everything


def build(query: Query) -> Node:
    """Return the tree of a query; raises NotFound for a filter that is no facet."""
    must, should = _words(text.analyse(query.text)[:MAX_WORDS])
    return All((must, *_filters(query)), should)


def order(query: Query) -> str:
    """Return the sort that holds, a name of `fields.SORTS`; raises NotFound for another.

    Without words nothing is more relevant than anything else: the newest data comes first.
    """
    if query.sort not in fields.SORTS:
        raise NotFound(f"There is no sort {query.sort!r}; there are: {', '.join(fields.SORTS)}.")
    if query.sort == fields.RELEVANCE and not text.analyse(query.text):
        return "modified"
    return query.sort


def _words(tokens: Sequence[Token]) -> tuple[Node, tuple[Node, ...]]:
    """Return what must match, and the pairs of neighbours that add score."""
    if not tokens:
        return Everything(), ()
    skipped = text.stop_words(tokens)
    nodes = [_word(word) for word in text.words(tokens) if not skipped.issuperset(word)]
    pairs = text.bigrams(tokens, without=skipped)
    return Any(tuple(nodes), _required(len(nodes))), tuple(
        _in_fields(pair, fields.BIGRAMS, factor=_BIGRAM_FACTOR) for pair in pairs
    )


def _required(count: int) -> int:
    return count if count <= _ALL_REQUIRED else math.ceil(count * _SHARE_REQUIRED)


def _word(word: tuple[Token, ...]) -> Node:
    *parts, last = word
    if not parts:
        return _token(last)
    # TP.HCM also finds "TP HCM" and "TPHCM".
    return Best((All(tuple(_token(part) for part in parts)), _token(last)))


def _token(token: Token) -> Node:
    """The folded form must match; the right marks add a score of their own."""
    folded = _in_fields(token.folded, fields.FOLDED)
    if token.exact == token.folded:
        return folded
    return All((folded,), (_in_fields(token.exact, fields.EXACT),))


def _in_fields(value: str, form: str, *, factor: float = 1.0) -> Node:
    return Best(
        tuple(Boost(Term(field.name + form, value), field.weight * factor) for field in fields.TEXT)
    )


def _filters(query: Query) -> list[Node]:
    unknown = sorted(set(query.filters) - set(fields.FACETS))
    if unknown:
        raise NotFound(f"There is no facet {unknown[0]!r}; there are: {', '.join(fields.FACETS)}.")
    return [
        Constant(Term(name, value), 0.0)
        for name, chosen in query.filters.items()
        for value in chosen
    ]
