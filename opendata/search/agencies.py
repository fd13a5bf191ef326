"""State agencies in a query: under their names, with the acronym of their field (`Sở NN&PTNT`), and
what became of them.

Names are those of `schemas/codelists/agencies.csv` and of the lexicon; renaming is in the lexicon.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opendata import bundled
from opendata.search import lexicon, text
from opendata.search.lexicon import Key, Lexicon
from opendata.search.text import Token

# What stands before the field: `Bộ` of ministries, `Sở` of departments of provinces.
_LEVELS = ("bo", "so", "cuc", "tong cuc", "ban", "uy ban")


@dataclass(frozen=True)
class Agency:
    """An agency by its folded words; `successors` and `predecessors` are names that others have."""

    name: str
    words: Key
    successors: tuple[Key, ...] = ()
    predecessors: tuple[Key, ...] = ()
    successor_name: str = ""


class Register:
    """All agencies by their names, long and short."""

    def __init__(self, words: Lexicon) -> None:
        entries = words.of_kind("agency")
        renamed = [(e.variant, e.meaning) for e in entries if e.meaning]
        names = dict.fromkeys(row["name_vi"] for row in bundled.code_list("agencies"))
        names |= dict.fromkeys(name for entry in entries for name in (entry.variant, entry.meaning))
        short = _acronyms(words)
        self._by_words: dict[Key, Agency] = {}
        for name in filter(None, names):
            agency = _agency(name, renamed)
            for key in _spellings(agency.words, short):
                self._by_words.setdefault(key, agency)
        self._longest = max(map(len, self._by_words))

    def find(self, tokens: Sequence[Token], taken: set[int]) -> Iterator[tuple[int, int, Agency]]:
        """Yield (start, length, agency) where a query names one outside the `taken` tokens, and
        take its tokens."""
        words = [token.folded for token in tokens]
        for length in range(self._longest, 0, -1):
            for start in range(len(words) - length + 1):
                span = range(start, start + length)
                agency = self._by_words.get(tuple(words[start : start + length]))
                if agency and taken.isdisjoint(span):
                    taken.update(span)
                    yield start, length, agency


def _agency(name: str, renamed: Sequence[tuple[str, str]]) -> Agency:
    after = [new for old, new in renamed if old == name]
    return Agency(
        name,
        _words(name),
        tuple(map(_words, after)),
        tuple(_words(old) for old, new in renamed if new == name),
        after[0] if after else "",
    )


def _words(name: str) -> Key:
    return tuple(token.folded for token in text.analyse(name) if not token.glued)


def _acronyms(words: Lexicon) -> dict[Key, list[Key]]:
    """Return for each field the acronyms that it goes by."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for entry in words.of_kind("acronym", "agency-acronym"):
        found[_words(entry.meaning)] += lexicon.keys(entry.variant)
    return found


def _spellings(name: Key, short: dict[Key, list[Key]]) -> Iterator[Key]:
    yield name
    yield from (key for key in short.get(name, ()))
    for level in _LEVELS:
        first = tuple(level.split())
        if name[: len(first)] == first:
            for key in short.get(name[len(first) :], ()):
                yield (*first, *key)
                # BYT, BTC: the acronym of the level joined to that of the field.
                if len(key) == 1 and len(first) == 1:
                    yield (first[0][0] + key[0],)
