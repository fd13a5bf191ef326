"""The query as a small tree that every engine can compile: what must match, and what it scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from opendata.errors import NotFound
from opendata.search import clauses, fields, language, text, titles
from opendata.search.base import Query
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
from opendata.search.text import Token

__all__ = [
    "All",
    "Any",
    "Best",
    "Boost",
    "Constant",
    "Everything",
    "Node",
    "Not",
    "Range",
    "Term",
    "build",
    "order",
]

MAX_WORDS = language.MAX_WORDS
# Up to so many words all must match; of more words, this share.
_ALL_REQUIRED, _SHARE_REQUIRED = 2, 0.75
_BIGRAM_FACTOR = 1.5


def build(query: Query, *, leave_out: str = "") -> Node:
    """Return the tree of a query; raises NotFound for a filter that is no field to filter by.

    `leave_out` names a filter that does not count, for the numbers beside its own values.
    """
    filters = _filters(query, leave_out)
    if query.typing:
        return All((titles.while_typing(query.text), *filters))
    asked = language.read(query.text)
    must, should = _words(text.analyse(asked.words)[:MAX_WORDS])
    if query.any_word and isinstance(must, Any):
        must = replace(must, minimum=1)
    return All((must, *map(clauses.node, asked.clauses), *filters), should)


def order(query: Query) -> str:
    """Return the sort that holds, a name of `fields.SORTS`; raises NotFound for another.

    Without words nothing is more relevant than anything else: the newest data comes first.
    """
    if query.sort not in fields.SORTS:
        raise NotFound(f"There is no sort {query.sort!r}; there are: {', '.join(fields.SORTS)}.")
    if query.sort == fields.RELEVANCE and not query.typing and not _is_scored(query.text):
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


def _is_scored(typed: str) -> bool:
    asked = language.read(typed)
    return bool(text.analyse(asked.words)) or any(map(clauses.is_scored, asked.clauses))


def _filters(query: Query, leave_out: str) -> list[Node]:
    unknown = sorted(set(query.filters) - set(fields.FILTERS))
    if unknown:
        raise NotFound(
            f"There is no filter {unknown[0]!r}; there are: {', '.join(fields.FILTERS)}."
        )
    return [
        Constant(Any(tuple(Term(name, value) for value in chosen)), 0.0)
        for name, chosen in query.filters.items()
        if chosen and name != leave_out
    ]
