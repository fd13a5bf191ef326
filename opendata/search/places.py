"""Provinces through time: what they are called, what became of them, which of them a text names.

A unit is one line of `schemas/codelists/provinces.csv`: codes were given to other provinces in
2025, so a code counts only with the day from which it is valid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from opendata import bundled
from opendata.search import lexicon, text
from opendata.search.lexicon import Key, Lexicon
from opendata.search.text import Token

NATIONAL = "vn"
_KINDS = frozenset({("tinh",), ("thanh", "pho"), ("tp",), ("province",), ("city",)})


@dataclass(frozen=True)
class Unit:
    """A province or city in one time; `key` names it in the index."""

    code: str
    name: str
    since: str
    until: str
    successor_code: str

    @property
    def key(self) -> str:
        return f"{self.code}.{self.since}" if self.since else self.code


@dataclass(frozen=True)
class Place:
    """What a name of a place means today and meant before: units under this name, what they went
    into, and what came into them."""

    name: str
    own: tuple[str, ...]
    successors: tuple[str, ...]
    predecessors: tuple[str, ...]
    successor_name: str = ""


@dataclass(frozen=True)
class Found:
    """A place in a text: the tokens from `start` on, `length` of them, the word for its kind
    included."""

    start: int
    length: int
    place: Place


class Gazetteer:
    """All places by every name, with marks and without."""

    def __init__(self, words: Lexicon) -> None:
        self.places = {place.name: place for place in _places()}
        names = [(name, name) for name in self.places]
        names += [(entry.variant, entry.meaning) for entry in words.of_kind("place")]
        self._marked: dict[Key, Place] = {}
        self.folded: dict[Key, Place] = {}
        for variant, name in names:
            if place := self.places.get(name):
                self._add(variant, place)
        self._longest = max(map(len, self.folded))

    def _add(self, variant: str, place: Place) -> None:
        marked = tuple(token.exact for token in text.analyse(variant) if not token.glued)
        self._marked.setdefault(marked, place)
        for key in lexicon.keys(variant):
            self.folded.setdefault(key, place)

    def find(self, tokens: Sequence[Token]) -> list[Found]:
        """Return the places that a text names, in their order, none over another.

        Names with their marks come first: `hàng hoá Bình Định` holds `hoa binh` when folded.
        """
        taken: set[int] = set()
        found = [
            *self._find([t.exact for t in tokens], self._marked, taken),
            *self._find([t.folded for t in tokens], self.folded, taken),
        ]
        return sorted((with_kind(one, tokens, taken) for one in found), key=lambda f: f.start)

    def _find(
        self, words: Sequence[str], names: Mapping[Key, Place], taken: set[int]
    ) -> Iterator[Found]:
        for length in range(self._longest, 0, -1):
            for start in range(len(words) - length + 1):
                place = names.get(tuple(words[start : start + length]))
                if place and taken.isdisjoint(range(start, start + length)):
                    taken.update(range(start, start + length))
                    yield Found(start, length, place)


def with_kind(found: Found, tokens: Sequence[Token], taken: set[int]) -> Found:
    """Take in the word before a name that says what it is: `tỉnh`, `thành phố`."""
    for size in (2, 1):
        start = found.start - size
        before = tuple(token.folded for token in tokens[max(start, 0) : found.start])
        if start >= 0 and before in _KINDS and taken.isdisjoint(range(start, found.start)):
            return Found(start, found.length + size, found.place)
    return found


@cache
def units() -> tuple[Unit, ...]:
    """Return every unit."""
    return tuple(
        Unit(r["code"], r["name_vi"], r["valid_from"], r["valid_to"], r["successor_code"])
        for r in bundled.code_list("provinces")
    )


def of_document(
    areas: Iterable[str],
    texts: Iterable[str],
    period: tuple[str, str],
    gazetteer: Gazetteer,
) -> list[str]:
    """Return the keys of the units that a dataset is about; `NATIONAL` where it names none.

    `areas`: names or codes as the publisher gives them; `texts`: what tells of the area where they
    do not, the best first. `period`: the ISO dates between which the data lies, each may be empty;
    a unit that was not there in it does not count.
    """
    names = next(filter(None, (_named(text_, gazetteer) for text_ in [*areas, *texts])), ())
    by_name = {name: [unit for unit in units() if unit.name == name] for name in names}
    found = [unit for of_one in by_name.values() for unit in _in_period(of_one, period)]
    return [unit.key for unit in found] or [NATIONAL]


def _named(text_: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    tokens = [token for token in text.analyse(text_) if not token.glued]
    return tuple(dict.fromkeys(found.place.name for found in gazetteer.find(tokens)))


def _in_period(found: Sequence[Unit], period: tuple[str, str]) -> Sequence[Unit]:
    start, end = period
    inside = [
        unit
        for unit in found
        if not (end and unit.since > end) and not (start and unit.until and unit.until < start)
    ]
    return inside or found


def _places() -> Iterator[Place]:
    by_name: dict[str, list[Unit]] = defaultdict(list)
    for unit in units():
        by_name[unit.name].append(unit)
    for name, own in by_name.items():
        codes = {unit.successor_code for unit in own if unit.successor_code}
        after = [u for u in units() if u.since and u.code in codes and u.name != name]
        # A code alone would do for those of today: only their predecessors were given others.
        today = {unit.code for unit in own if unit.since}
        before = [u for u in units() if u.successor_code in today and u.name != name]
        yield Place(
            name,
            tuple(unit.key for unit in own),
            tuple(unit.key for unit in after),
            tuple(unit.key for unit in before),
            after[0].name if after else "",
        )
