"""What a person means by the words of a query: places, agencies, acronyms, synonyms, slips of the
keyboard. The outcome is a list of parts that `tree.py` makes a query of, and notes for the page.

The order decides: what is typed in Telex is read first, then names of places with their marks, of
agencies, of places without marks, phrases of the lexicon, and at last single words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from opendata.search import telex, text
from opendata.search.agencies import Agency
from opendata.search.knowledge import Knowledge
from opendata.search.lexicon import Key
from opendata.search.places import Found, Place, with_kind
from opendata.search.text import Token
from opendata.search.vocabulary import NOTHING, Vocabulary

# A page of prose pasted into the search box is cut here: engines limit the clauses of a query.
MAX_WORDS = 32
_MOST_SLIPS, _MOST_ENDINGS = 4, 12
_SHORTEST_BEGINNING = 2  # letters
# A word that so many documents have is hardly the beginning of another.
_FEW_LETTERS_OF_A_NAME = 6


@dataclass(frozen=True)
class Word:
    """One word, or an acronym as its parts and the glued form; `slips`: what may have been meant;
    `endings`: longer words, where this is the last one and may not be finished."""

    tokens: tuple[Token, ...]
    slips: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phrase:
    """Words that mean something else as well: `meanings` are folded words."""

    tokens: tuple[Token, ...]
    meanings: tuple[Key, ...]


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
class Note:
    """What a page tells of how a query was understood.

    `kind`: place, agency, meaning, keys (Telex or VNI), spelling. `typed`: the words of the query;
    `meant`: what they were taken for; `now`: what it is called today, where it was renamed.
    """

    kind: str
    typed: str
    meant: str
    now: str = ""


@dataclass(frozen=True)
class Understood:
    """The parts of a query in their order, and the notes."""

    parts: tuple[Part, ...] = ()
    notes: tuple[Note, ...] = field(default_factory=tuple)


@dataclass
class _Reading:
    """A query at work: its words, and which of them have found their part. `glued`: acronyms in
    one piece, by the place of their first part."""

    tokens: list[Token]
    spelled: list[str]
    glued: dict[int, Token]
    knowledge: Knowledge
    vocabulary: Vocabulary
    taken: set[int] = field(default_factory=set)
    parts: dict[int, Part] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def take(self, start: int, length: int, part: Part, *notes: Note) -> None:
        self.taken.update(range(start, start + length))
        self.parts[start] = part
        self.notes += notes

    def free(self, start: int, length: int) -> bool:
        return self.taken.isdisjoint(range(start, start + length))

    def typed(self, start: int, length: int) -> str:
        return " ".join(self.spelled[start : start + length])


def understand(words: str, knowledge: Knowledge) -> Understood:
    """Return what a query means; any text is fine, what is beyond `MAX_WORDS` is left out."""
    reading = _reading(words, knowledge)
    _read_keys(reading)
    _find_places(reading)
    _find_agencies(reading)
    _find_phrases(reading)
    _find_misspelt_places(reading)
    _find_unfinished_place(reading)
    _find_words(reading)
    parts = (part for _, part in sorted(reading.parts.items()))
    return Understood(tuple(parts), tuple(reading.notes))


def _reading(words: str, knowledge: Knowledge) -> _Reading:
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
    return _Reading(tokens, spelled, glued, knowledge, knowledge.vocabulary or NOTHING)


def _read_keys(reading: _Reading) -> None:
    """Put the syllable in the place of a word that nobody wrote and that Telex or VNI makes one."""
    known, lexicon = reading.vocabulary, reading.knowledge.lexicon
    for place, token in enumerate(reading.tokens):
        word = reading.spelled[place]
        if token.folded in known or token.folded in lexicon.words:
            continue
        for read in telex.readings(word):
            (made,) = text.analyse(read)
            if not known or made.folded in known:
                reading.tokens[place], reading.spelled[place] = made, read
                reading.notes.append(Note("keys", word, read))
                break


def _find_places(reading: _Reading) -> None:
    for found in reading.knowledge.gazetteer.find(reading.tokens):
        _take_place(reading, found)


def _take_place(reading: _Reading, found: Found) -> None:
    place, typed = found.place, reading.typed(found.start, found.length)
    tokens = tuple(reading.tokens[found.start : found.start + found.length])
    note = Note("place", typed, place.name, place.successor_name)
    reading.take(found.start, found.length, InPlace(tokens, (place,)), note)


def _find_agencies(reading: _Reading) -> None:
    found = reading.knowledge.register.find(reading.tokens, reading.taken)
    for start, length, agency in found:
        tokens = tuple(reading.tokens[start : start + length])
        typed = reading.typed(start, length)
        note = Note("agency", typed, agency.name, agency.successor_name)
        reading.take(start, length, OfAgency(tokens, agency), note)


def _find_phrases(reading: _Reading) -> None:
    lexicon, count = reading.knowledge.lexicon, len(reading.tokens)
    for length in range(min(lexicon.longest, count), 0, -1):
        for start in range(count - length + 1):
            tokens = tuple(reading.tokens[start : start + length])
            meanings = lexicon.meanings(tokens) if reading.free(start, length) else ()
            if meanings:
                keys = tuple(dict.fromkeys(_plain(entry.meaning) for entry in meanings))
                typed = reading.typed(start, length)
                notes = (Note("meaning", typed, entry.meaning) for entry in meanings)
                reading.take(start, length, Phrase(tokens, keys), *notes)


def _find_misspelt_places(reading: _Reading) -> None:
    """A name of a place that is one slip away, where a word of it is in no document."""
    if any(isinstance(part, InPlace) for part in reading.parts.values()):
        return
    names = {" ".join(key): place for key, place in reading.knowledge.gazetteer.folded.items()}
    for length in (5, 4, 3, 2):
        for start in range(len(reading.tokens) - length + 1):
            if not reading.free(start, length) or not _is_doubtful(reading, start, length):
                continue
            typed = " ".join(t.folded for t in reading.tokens[start : start + length])
            place = next((p for name, p in names.items() if _is_one_slip(typed, name)), None)
            if place and len(typed) >= _FEW_LETTERS_OF_A_NAME:
                reading.notes.append(Note("spelling", reading.typed(start, length), place.name))
                found = with_kind(Found(start, length, place), reading.tokens, reading.taken)
                _take_place(reading, found)
                return


def _is_doubtful(reading: _Reading, start: int, length: int) -> bool:
    words = reading.tokens[start : start + length]
    return any(token.folded not in reading.vocabulary for token in words)


def _find_unfinished_place(reading: _Reading) -> None:
    """The last words may begin the name of a place: `hà n`."""
    count = len(reading.tokens)
    if any(isinstance(part, InPlace) for part in reading.parts.values()):
        return
    for length in (4, 3, 2):
        start = count - length
        if start < 1 or not reading.free(start, length):
            continue
        typed = " ".join(token.folded for token in reading.tokens[start:])
        names = reading.knowledge.gazetteer.folded.items()
        places = dict.fromkeys(p for key, p in names if " ".join(key).startswith(typed))
        if places:
            tokens = tuple(reading.tokens[start:])
            part = InPlace(tokens, tuple(places), is_finished=False)
            reading.take(start, length, part)
            return


def _find_words(reading: _Reading) -> None:
    place, count = 0, len(reading.tokens)
    while place < count:
        glued = reading.glued.get(place)
        length = glued.glued if glued else 1
        if glued and not reading.free(place, length):
            glued, length = None, 1  # a part of the acronym means something by itself
        tokens = (*reading.tokens[place : place + length], *filter(None, [glued]))
        if reading.free(place, length):
            reading.parts[place] = _word(reading, tokens, is_last=place + length == count)
        place += length


def _word(reading: _Reading, tokens: tuple[Token, ...], *, is_last: bool) -> Word:
    known, (first, *more) = reading.vocabulary, tokens
    if more or not known:
        return Word(tokens)
    endings = _endings(first, known) if is_last else ()
    slips = () if first.folded in known or endings else tuple(known.like(first.folded, _MOST_SLIPS))
    if slips:
        reading.notes.append(Note("spelling", first.folded, slips[0]))
    return Word(tokens, slips, endings)


def _endings(token: Token, known: Vocabulary) -> tuple[str, ...]:
    if len(token.folded) < _SHORTEST_BEGINNING or not token.folded.isalpha():
        return ()
    return tuple(known.beginning(token.folded, _MOST_ENDINGS))


def _plain(phrase: str) -> Key:
    return tuple(token.folded for token in text.analyse(phrase) if not token.glued)


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
