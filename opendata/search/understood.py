"""What was made of the words of a query: for the engines, and for people to see and to undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from opendata.search import language, text, understand
from opendata.search.base import Note, Query, Understood
from opendata.search.highlight import Located, locate
from opendata.search.knowledge import Knowledge, published
from opendata.search.understand import Part, Phrase, Reading, Remark, Word

# What is sought in place of the words typed; all else is sought beside them.
_CORRECTIONS = frozenset({"keys", "spelling"})


def parts(query: Query) -> tuple[Part, ...]:
    """Return the words of a query by what they mean."""
    return _reading(query).parts


def of(query: Query) -> Understood:
    """Return what a query was taken for; every engine hands it out with its results."""
    asked, reading = language.read(query.text), _reading(query)
    places = _Places(query.text, asked.words)
    return Understood(
        notes=tuple(
            Note(remark.kind, _label(remark), places.without(remark))
            for remark in reading.remarks
            if remark.kind not in _CORRECTIONS
        ),
        corrected=places.corrected([r for r in reading.remarks if r.kind in _CORRECTIONS]),
        also=frozenset(_also(reading)),
        is_cut=asked.is_cut,
    )


def _reading(query: Query) -> Reading:
    words = language.read(query.text).words
    return _read(words, query.knowledge or published(), is_literal=query.literal)


# A search asks once for its hits, and once more for each facet with a choice.
@lru_cache(maxsize=500)
def _read(words: str, knowledge: Knowledge, *, is_literal: bool) -> Reading:
    read = understand.literally if is_literal else understand.understand
    return read(words, knowledge)


def _label(remark: Remark) -> Mapping[str, str]:
    if not remark.now:
        return {"vi": remark.meant}
    if remark.kind == "place":
        return {
            "vi": f"{remark.meant} (nay thuộc {remark.now})",
            "en": f"{remark.meant} (now part of {remark.now})",
        }
    return {
        "vi": f"{remark.meant} (nay là {remark.now})",
        "en": f"{remark.meant} (now {remark.now})",
    }


def _also(reading: Reading) -> Iterator[str]:
    """Yield the folded words that are hits beside those typed."""
    for part in reading.parts:
        match part:
            case Word(_, slips, endings):
                yield from (*slips, *endings)
            case Phrase(_, meanings):
                yield from (token.folded for meaning in meanings for token in meaning)


class _Places:
    """Where the words that were read stand in the text that was typed."""

    def __init__(self, typed: str, words: str) -> None:
        self._typed = typed
        self._words = [token.folded for token in text.analyse(words) if not token.glued]
        self._located = [place for place in locate(typed) if not place.token.glued]

    def without(self, remark: Remark) -> str:
        """Return the text without the words of a remark."""
        start, end = self._span(remark)
        return " ".join(f"{self._typed[:start]} {self._typed[end:]}".split())

    def corrected(self, remarks: Sequence[Remark]) -> str:
        """Return the text with what was meant in the place of what was typed; "" for nothing."""
        spans = sorted((self._span(remark), remark.meant) for remark in remarks)
        made, at = "", 0
        for (start, end), meant in spans:
            if start < end and start >= at:
                made, at = f"{made}{self._typed[at:start]}{meant}", end
        return f"{made}{self._typed[at:]}" if at else ""

    def _span(self, remark: Remark) -> tuple[int, int]:
        """Return where the words begin and end; nothing where they are not found again."""
        sought = self._words[remark.start : remark.start + remark.length]
        for first in range(len(self._located) - len(sought) + 1):
            found: list[Located] = self._located[first : first + len(sought)]
            if [place.token.folded for place in found] == sought:
                return found[0].start, found[-1].end
        return 0, 0
