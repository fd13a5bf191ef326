"""The words that the index holds, folded, each with the number of documents that have it.

The indexer keeps them: what a query word may have been meant to be is found here, and not asked of
the engines, so that both give one answer.
"""

from __future__ import annotations

import string
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from opendata.search import fields, text
from opendata.search.base import SearchDocument

_LETTERS = string.ascii_lowercase + string.digits
_FEWEST_LETTERS = 3
_MOST_LETTERS = 20


class Vocabulary:
    """The words of one state of the index; empty, it knows nothing and corrects nothing."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._sorted = sorted(counts)

    def __bool__(self) -> bool:
        return bool(self._counts)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def like(self, word: str, most: int) -> list[str]:
        """Return words one slip away from a folded word, the commonest first: a letter more, less,
        another, or two that changed places."""
        if not _FEWEST_LETTERS <= len(word) <= _MOST_LETTERS or not word.isalpha():
            return []
        near = {other for other in _slips(word) if other in self._counts}
        return self._commonest(near, most)

    def beginning(self, prefix: str, most: int) -> list[str]:
        """Return longer words that begin so, the commonest first."""
        first = bisect_left(self._sorted, prefix)
        found = islice(self._sorted, first, None)
        longer = []
        for word in found:
            if not word.startswith(prefix):
                break
            if word != prefix:
                longer.append(word)
        return self._commonest(longer, most)

    def _commonest(self, words: Iterable[str], most: int) -> list[str]:
        return sorted(words, key=lambda word: (-self._counts[word], word))[:most]


NOTHING = Vocabulary({})


def of(documents: Iterable[SearchDocument]) -> Counter[str]:
    """Count in how many documents each folded word stands."""
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update(words(document))
    return counts


def words(document: SearchDocument) -> set[str]:
    """Return the folded words of a document."""
    return {
        token.folded
        for field in fields.TEXT
        for value in fields.values(document, field)
        for token in text.analyse(value)
    }


def _slips(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1 and after[0] != after[1]:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            if after and letter != after[0]:
                yield before + letter + after[1:]
