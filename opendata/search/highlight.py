"""Where the words of a query stand in the original text, found by the tokens of the index.

An engine sees normal forms only; here every token keeps the place that it was made from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from opendata.search import language, text
from opendata.search.base import Understood
from opendata.search.text import Token

_CHUNK = re.compile(r"\S+")
# What may make up one word in the original: letters, digits, marks, and what is not seen.
_MARKS = r"\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_RUN = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_EDGE = re.compile(r"[\w\u0300-\u036f](?:.*[\w\u0300-\u036f])?", re.DOTALL)

_AS_TYPED = Understood()


class Located(NamedTuple):
    """A token and the part of the original text that it was made from."""

    token: Token
    start: int
    end: int


def locate(original: str) -> Iterator[Located]:
    """Return the tokens of `text.analyse` with their places, in order; one part may make several.

    White space ends every token, so each part between is analysed by itself.
    """
    for chunk in _CHUNK.finditer(original):
        whole = text.analyse(chunk[0])
        runs = [(run, text.analyse(run[0])) for run in _RUN.finditer(chunk[0])]
        apart = [token for _, tokens in runs for token in tokens]
        if apart == [token for token in whole if not token.glued]:
            for run, tokens in runs:
                yield from _at(tokens, chunk.start() + run.start(), chunk.start() + run.end())
            glued = [token for token in whole if token.glued]
            yield from _at(glued, *_trimmed(chunk))
        else:
            yield from _at(whole, *_trimmed(chunk))


def wanted(typed: str, understood: Understood = _AS_TYPED) -> frozenset[str]:
    """Return the folded words of a query that are hits; none of those that are left out."""
    asked = language.read(understood.corrected or typed)
    tokens = text.analyse(asked.words)
    found = {token for token in tokens if token not in text.stop_words(tokens)}
    found |= {token for clause in asked.clauses if _is_shown(clause) for token in _words(clause)}
    return frozenset(token.folded for token in found) | understood.also


def spans(original: str, words: Collection[str]) -> list[tuple[int, int]]:
    """Return the parts of a text to mark, neighbours joined, in order."""
    found = sorted(
        (place.start, place.end) for place in locate(original) if place.token.folded in words
    )
    marked: list[tuple[int, int]] = []
    for start, end in found:
        if marked and _is_joined(original, marked[-1][1], start):
            first, before = marked.pop()
            start, end = first, max(before, end)
        marked.append((start, end))
    return marked


def _is_joined(original: str, end: int, start: int) -> bool:
    return start <= end or not original[end:start].strip(" _\u00a0")


def excerpt(original: str, words: Collection[str], length: int) -> str:
    """Return about `length` characters of a text around its first hit, whole words on one line."""
    line = " ".join(original.split())
    if len(line) <= length:
        return line
    first = next(iter(spans(line[: length * 20], words)), (0, 0))[0]
    start = 0 if first < length * 2 // 3 else line.rfind(" ", 0, first - length // 3) + 1
    end = line.rfind(" ", start, start + length + 1)
    end = end if end > start else start + length
    return (
        ("…" if start else "") + line[start:end].rstrip(" ,;:.") + ("…" if end < len(line) else "")
    )


def _at(tokens: Iterable[Token], start: int, end: int) -> Iterator[Located]:
    return (Located(token, start, end) for token in tokens)


def _trimmed(chunk: re.Match[str]) -> tuple[int, int]:
    """Return where a chunk starts and ends without the punctuation around it."""
    inner = _EDGE.search(chunk[0])
    if inner is None:
        return chunk.span()
    return chunk.start() + inner.start(), chunk.start() + inner.end()


def _is_shown(clause: language.Clause) -> bool:
    return not clause.is_without and clause.field in ("", "title", "keyword", "column", "has")


def _words(clause: language.Clause) -> list[Token]:
    return text.analyse(clause.value)
