"""The parts of an understood query as nodes: what must match, and what adds score."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from opendata.search import fields, text
from opendata.search.agencies import Agency
from opendata.search.fields import BIGRAMS, EXACT, FOLDED
from opendata.search.lexicon import Key
from opendata.search.nodes import All, Any, Best, Boost, Constant, Everything, Node, Term
from opendata.search.places import NATIONAL, Place
from opendata.search.text import Token
from opendata.search.understand import InPlace, OfAgency, Part, Phrase, Word, neighbours

# Up to so many words all must match; of more words, this share.
_ALL_REQUIRED, _SHARE_REQUIRED = 2, 0.75
_BIGRAM, _PHRASE = 1.5, 2.0
# A meaning that nobody wrote counts a little less than what was written.
_MEANING = 0.9
_SLIP = 0.7
_ENDING_IN_TITLE, _ENDING_IN_KEYWORDS, _ENDING_OF_PAIR = 1.5, 1.0, 3.0
# The place itself, what it went into, what came into it, the whole country; a mere mention.
_OWN, _SUCCESSOR, _PREDECESSOR, _NATIONAL, _MENTION = 160.0, 100.0, 30.0, 30.0, 20.0
_UNFINISHED = 0.5
# Who names no place is served best by data of the whole country.
_NO_PLACE = 10.0
_AGENCY, _AGENCY_AFTER, _AGENCY_BEFORE = 80.0, 50.0, 30.0


def nodes(
    meant: Sequence[Part], *, any_word: bool, anywhere: bool
) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Return what must match, and what adds score where it matches.

    Words: all of a few, three quarters of many, or any one. `anywhere`: any word, place or agency.
    """
    parts = _without_stop_words(meant)
    if not parts:
        return (Everything(),), ()
    words = [_of_words(part) for part in parts if isinstance(part, Word | Phrase)]
    # Data of the whole country answers a question, not the bare name of a place.
    is_question = any(not isinstance(part, InPlace) for part in parts)
    entities = [
        _of_entity(part, with_national=is_question)
        for part in parts
        if isinstance(part, InPlace | OfAgency)
    ]
    pairs = tuple(_pairs(meant))
    if not any(isinstance(part, InPlace) for part in parts):
        pairs = (*pairs, Constant(Term(fields.PROVINCE, NATIONAL), _NO_PLACE))
    if anywhere:
        return (Any((*words, *entities)),), pairs
    minimum = 1 if any_word else _required(len(words))
    needed = (Any(tuple(words), minimum),) if words else ()
    return (*entities, *needed), pairs


def _of_words(part: Word | Phrase) -> Node:
    return _word(part) if isinstance(part, Word) else _phrase(part.tokens, part.meanings)


def _of_entity(part: InPlace | OfAgency, *, with_national: bool) -> Node:
    if isinstance(part, OfAgency):
        return _agency(part.agency, part.tokens)
    factor = 1.0 if part.is_finished else _UNFINISHED
    scores = {key: score for place in part.places for key, score in _scores(place)}
    if with_national:
        scores[NATIONAL] = _NATIONAL
    found = (Constant(Term(fields.PROVINCE, key), s * factor) for key, s in scores.items())
    return Best((*found, _mention(part.tokens)), 0.0)


def _required(count: int) -> int:
    return count if count <= _ALL_REQUIRED else math.ceil(count * _SHARE_REQUIRED)


def _without_stop_words(parts: Sequence[Part]) -> list[Part]:
    tokens = [token for part in parts for token in part.tokens]
    skipped = text.stop_words(tokens)
    return [p for p in parts if not isinstance(p, Word) or not skipped.issuperset(p.tokens)]


def _word(word: Word) -> Node:
    *parts, last = word.tokens
    if parts:
        # TP.HCM also finds "TP HCM" and "TPHCM".
        return Best((All(tuple(_token(part) for part in parts)), _token(last)))
    others: list[Node] = [Boost(_in_fields(slip, FOLDED), _SLIP) for slip in word.slips]
    others += _begun(word.endings, FOLDED)
    return Best((_token(last), *others), 0.1) if others else _token(last)


def _begun(terms: Sequence[str], form: str) -> Iterator[Node]:
    """Longer words in the place of an unfinished one: in titles and keywords alone."""
    scores = (("title", _ENDING_IN_TITLE), ("keywords", _ENDING_IN_KEYWORDS))
    for name, score in scores if terms else ():
        yield Constant(Any(tuple(Term(name + form, term) for term in terms)), score)


def _token(token: Token, factor: float = 1.0) -> Node:
    """The folded form must match; the right marks add a score of their own."""
    folded = _in_fields(token.folded, FOLDED, factor=factor)
    if token.exact == token.folded:
        return folded
    return All((folded,), (_in_fields(token.exact, EXACT, factor=factor),))


def _phrase(tokens: Sequence[Token], meanings: Sequence[Sequence[Token]]) -> Node:
    others = [Boost(_words_together(meaning), _MEANING) for meaning in meanings]
    return Best((_words_together(tokens), *others), 0.1)


def _words_together(tokens: Sequence[Token]) -> Node:
    factor = _PHRASE / math.sqrt(len(tokens))
    pairs = _joined([token.folded for token in tokens])
    return All(
        tuple(_token(token, factor) for token in tokens),
        tuple(_in_fields(pair, BIGRAMS, factor=_PHRASE) for pair in pairs),
    )


def _pairs(parts: Sequence[Part]) -> Iterator[Node]:
    """Words that stand side by side in the query and in a text."""
    skipped = text.stop_words([token for part in parts for token in part.tokens])
    for one, other in neighbours(parts):
        first, last = one.tokens[0], other.tokens[0]
        if first in skipped or last in skipped or len(one.tokens) + len(other.tokens) > 2:
            continue
        yield _in_fields(f"{first.folded}_{last.folded}", BIGRAMS, factor=_BIGRAM)
        ends = tuple(Term("title" + BIGRAMS, f"{first.folded}_{end}") for end in other.endings)
        if ends:
            yield Constant(Any(ends), _ENDING_OF_PAIR)


def _scores(place: Place) -> Iterator[tuple[str, float]]:
    yield from ((key, _PREDECESSOR) for key in place.predecessors)
    yield from ((key, _SUCCESSOR) for key in place.successors)
    yield from ((key, _OWN) for key in place.own)


def _mention(tokens: Sequence[Token]) -> Node:
    named = tuple(_in_fields(token.folded, FOLDED) for token in tokens if not token.glued)
    return Constant(All(named), _MENTION)


def _agency(agency: Agency, tokens: Sequence[Token]) -> Node:
    found = [Constant(_published_by(agency.words), _AGENCY)]
    found += [Constant(_published_by(words), _AGENCY_AFTER) for words in agency.successors]
    found += [Constant(_published_by(words), _AGENCY_BEFORE) for words in agency.predecessors]
    named = All(tuple(_in_fields(word, FOLDED) for word in agency.words))
    return Best((*found, _mention(tokens), Constant(named, _MENTION)), 0.0)


def _published_by(words: Key) -> Node:
    """The words stand together in the name of the publisher."""
    pairs = _joined(words)
    if not pairs:
        return Term("publisher_name" + FOLDED, words[0])
    return All(tuple(Term("publisher_name" + BIGRAMS, pair) for pair in pairs))


def _joined(words: Sequence[str]) -> list[str]:
    return [f"{first}_{last}" for first, last in zip(words, words[1:], strict=False)]


def _in_fields(value: str, form: str, *, factor: float = 1.0) -> Node:
    return Best(
        tuple(Boost(Term(field.name + form, value), field.weight * factor) for field in fields.TEXT)
    )
