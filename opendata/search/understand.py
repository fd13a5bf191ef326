"""What a person means by the words of a query: places, agencies, acronyms, synonyms, slips of the
keyboard. The outcome is a list of parts that `tree.py` makes a query of, and notes for the page.

The order decides: what is typed in Telex is read first, then names of places with their marks, of
agencies, of places without marks, phrases of the lexicon, and at last single words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from opendata.search import language, telex, text
from opendata.search.agencies import Agency
from opendata.search.knowledge import Knowledge
from opendata.search.places import Found, Place, with_kind
from opendata.search.text import Token
from opendata.search.vocabulary import NOTHING, Vocabulary

MAX_WORDS = language.MAX_WORDS
_MOST_SLIPS, _MOST_ENDINGS = 4, 12
_SHORTEST_BEGINNING = 2  # letters
# Shorter names are one slip away from too much else.
_FEW_LETTERS_OF_A_NAME = 6
_KINDS = {
    "acronym": "acronym",
    "agency-acronym": "acronym",
    "synonym": "synonym",
    "english": "synonym",
}


@dataclass(frozen=True)
class Word:
    """One word, or an acronym as its parts and the glued form; `slips`: what may have been meant;
    `endings`: longer words, where this is the last one and may not be finished."""

    tokens: tuple[Token, ...]
    slips: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phrase:
    """Words that mean something else as well, each of `meanings`."""

    tokens: tuple[Token, ...]
    meanings: tuple[tuple[Token, ...], ...]


@dataclass(frozen=True)
class InPlace:
    """A name of a place; several where it is not finished."""

    tokens: tuple[Token, ...]
    places: tuple[Place, ...]
    is_finished: bool = True


@dataclass(frozen=True)
class OfAgency:
    """A name of an agency."""

    tokens: tuple[Token, ...]
    agency: Agency


Part: TypeAlias = Word | Phrase | InPlace | OfAgency


@dataclass(frozen=True)
class Remark:
    """How some words of a query were taken: `length` of them from `start` on, acronyms in parts.

    `kind`: place, agency, acronym, synonym; keys (Telex or VNI) and spelling, where other words
    are sought. `meant`: what they were taken for; `now`: what that is called today.
    """

    kind: str
    start: int
    length: int
    meant: str
    now: str = ""


@dataclass(frozen=True)
class Reading:
    """The parts of a query in their order, and how they came about."""

    parts: tuple[Part, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass
class _AtWork:
    """A query at work: its words, and which of them have found their part. `glued`: acronyms in
    one piece, by the place of their first part."""

    tokens: list[Token]
    spelled: list[str]
    glued: dict[int, Token]
    knowledge: Knowledge
    vocabulary: Vocabulary
    taken: set[int] = field(default_factory=set)
    parts: dict[int, Part] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def take(self, start: int, length: int, part: Part) -> None:
        self.taken.update(range(start, start + length))
        self.parts[start] = part

    def free(self, start: int, length: int) -> bool:
        return self.taken.isdisjoint(range(start, start + length))

    def span(self, start: int, length: int) -> tuple[Token, ...]:
        return tuple(self.tokens[start : start + length])


def understand(words: str, knowledge: Knowledge) -> Reading:
    """Return what a query means; any text is fine, what is beyond `MAX_WORDS` is left out."""
    at_work = _begun(words, knowledge)
    _read_keys(at_work)
    _find_places(at_work)
    _find_agencies(at_work)
    _find_phrases(at_work)
    _find_misspelt_place(at_work)
    _find_unfinished_place(at_work)
    _find_words(at_work)
    return _done(at_work)


def literally(words: str, knowledge: Knowledge) -> Reading:
    """Return the words as they are typed: nothing recognised, nothing corrected."""
    at_work = _begun(words, replace(knowledge, vocabulary=None))
    _find_words(at_work)
    return _done(at_work)


def _done(at_work: _AtWork) -> Reading:
    parts = (part for _, part in sorted(at_work.parts.items()))
    return Reading(tuple(parts), tuple(at_work.remarks))


def _begun(words: str, knowledge: Knowledge) -> _AtWork:
    tokens: list[Token] = []
    spelled: list[str] = []
    glued: dict[int, Token] = {}
    for token, word in zip(text.analyse(words), text.spelled(words), strict=True):
        if token.glued:
            glued[len(tokens) - token.glued] = token
        elif len(tokens) < MAX_WORDS:
            tokens.append(token)
            spelled.append(word)
        else:
            break
    return _AtWork(tokens, spelled, glued, knowledge, knowledge.vocabulary or NOTHING)


def _read_keys(at_work: _AtWork) -> None:
    """Put the syllable in the place of a word that nobody wrote and that Telex or VNI makes one."""
    known, lexicon = at_work.vocabulary, at_work.knowledge.lexicon
    for place, token in enumerate(at_work.tokens):
        word = at_work.spelled[place]
        if token.folded in known or token.folded in lexicon.words:
            continue
        for read in telex.readings(word):
            (made,) = text.analyse(read)
            if not known or made.folded in known:
                at_work.tokens[place], at_work.spelled[place] = made, read
                at_work.remarks.append(Remark("keys", place, 1, read))
                break


def _find_places(at_work: _AtWork) -> None:
    for found in at_work.knowledge.gazetteer.find(at_work.tokens):
        _take_place(at_work, found)


def _take_place(at_work: _AtWork, found: Found) -> None:
    start, length, place = found.start, found.length, found.place
    at_work.take(start, length, InPlace(at_work.span(start, length), (place,)))
    at_work.remarks.append(Remark("place", start, length, place.name, place.successor_name))


def _find_agencies(at_work: _AtWork) -> None:
    for start, length, agency in at_work.knowledge.register.find(at_work.tokens, at_work.taken):
        at_work.take(start, length, OfAgency(at_work.span(start, length), agency))
        at_work.remarks.append(Remark("agency", start, length, agency.name, agency.successor_name))


def _find_phrases(at_work: _AtWork) -> None:
    lexicon, count = at_work.knowledge.lexicon, len(at_work.tokens)
    for length in range(min(lexicon.longest, count), 0, -1):
        for start in range(count - length + 1):
            tokens = at_work.span(start, length)
            meanings = lexicon.meanings(tokens) if at_work.free(start, length) else ()
            if meanings:
                others = tuple(dict.fromkeys(_plain(entry.meaning) for entry in meanings))
                at_work.take(start, length, Phrase(tokens, others))
                at_work.remarks += [
                    Remark(_KINDS[entry.kind], start, length, entry.meaning) for entry in meanings
                ]


def _find_misspelt_place(at_work: _AtWork) -> None:
    """A name of a place that is one slip away, where a word of it is in no document."""
    if any(isinstance(part, InPlace) for part in at_work.parts.values()):
        return
    names = {" ".join(key): place for key, place in at_work.knowledge.gazetteer.folded.items()}
    for length in (5, 4, 3, 2):
        for start in range(len(at_work.tokens) - length + 1):
            if not at_work.free(start, length) or not _is_doubtful(at_work, start, length):
                continue
            typed = " ".join(t.folded for t in at_work.tokens[start : start + length])
            place = next((p for name, p in names.items() if _is_one_slip(typed, name)), None)
            if place and len(typed) >= _FEW_LETTERS_OF_A_NAME:
                at_work.remarks.append(Remark("spelling", start, length, place.name))
                found = with_kind(Found(start, length, place), at_work.tokens, at_work.taken)
                _take_place(at_work, found)
                return


def _is_doubtful(at_work: _AtWork, start: int, length: int) -> bool:
    words = at_work.tokens[start : start + length]
    return any(token.folded not in at_work.vocabulary for token in words)


def _find_unfinished_place(at_work: _AtWork) -> None:
    """The last words may begin the name of a place: `hà n`."""
    count = len(at_work.tokens)
    if any(isinstance(part, InPlace) for part in at_work.parts.values()):
        return
    for length in (4, 3, 2):
        start = count - length
        if start < 1 or not at_work.free(start, length):
            continue
        typed = " ".join(token.folded for token in at_work.tokens[start:])
        names = at_work.knowledge.gazetteer.folded.items()
        places = dict.fromkeys(p for key, p in names if " ".join(key).startswith(typed))
        if places:
            part = InPlace(at_work.span(start, length), tuple(places), is_finished=False)
            at_work.take(start, length, part)
            return


def _find_words(at_work: _AtWork) -> None:
    place, count = 0, len(at_work.tokens)
    while place < count:
        glued = at_work.glued.get(place)
        length = glued.glued if glued else 1
        if glued and not at_work.free(place, length):
            glued, length = None, 1  # a part of the acronym means something by itself
        tokens = (*at_work.tokens[place : place + length], *filter(None, [glued]))
        if at_work.free(place, length):
            at_work.parts[place] = _word(at_work, place, tokens)
        place += length


def _word(at_work: _AtWork, place: int, tokens: tuple[Token, ...]) -> Word:
    known, (first, *more) = at_work.vocabulary, tokens
    if more or not known:
        return Word(tokens)
    is_last = place + 1 == len(at_work.tokens)
    endings = _endings(first, known) if is_last else ()
    slips = () if first.folded in known or endings else tuple(known.like(first.folded, _MOST_SLIPS))
    if slips:
        at_work.remarks.append(Remark("spelling", place, 1, slips[0]))
    return Word(tokens, slips, endings)


def _endings(token: Token, known: Vocabulary) -> tuple[str, ...]:
    if len(token.folded) < _SHORTEST_BEGINNING or not token.folded.isalpha():
        return ()
    return tuple(known.beginning(token.folded, _MOST_ENDINGS))


def _plain(phrase: str) -> tuple[Token, ...]:
    return tuple(token for token in text.analyse(phrase) if not token.glued)


def _is_one_slip(one: str, other: str) -> bool:
    """Say whether two texts differ by a letter more, less, another, or two that changed places."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    at = min(len(one), len(other)) if same is None else same
    return (
        one[at + 1 :] == other[at + 1 :]
        or one[at:] == other[at + 1 :]
        or one[at + 1 :] == other[at:]
        or (one[at + 2 :] == other[at + 2 :] and one[at : at + 2] == other[at : at + 2][::-1])
    )


def neighbours(parts: Sequence[Part]) -> Iterator[tuple[Word, Word]]:
    """Yield the pairs of words that stand next to each other and mean nothing else."""
    for one, other in zip(parts, parts[1:], strict=False):
        if isinstance(one, Word) and isinstance(other, Word):
            yield one, other
