"""Titles while they are typed: the words so far, the last one by its beginning."""

from __future__ import annotations

from opendata.search import fields, text
from opendata.search.nodes import All, Node, Term

_MAX_WORDS = 8


def while_typing(typed: str) -> Node:
    """Return the node of titles that have all words and one that begins as the last one does.

    No word at all matches nothing.
    """
    words = [token.folded for token in text.analyse(typed) if not token.glued][:_MAX_WORDS]
    if not words:
        return Term("id", "")
    *whole, last = words
    folded = tuple(Term("title" + fields.FOLDED, word) for word in whole)
    return All((*folded, _beginning(last)))


def _beginning(word: str) -> Node:
    if len(word) > fields.LONGEST_PREFIX:
        return Term("title" + fields.FOLDED, word)
    return Term(fields.TITLE_PREFIXES, word)
