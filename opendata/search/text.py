"""The normal form of text for search: the same tokens for every way a person may type a word.

Vietnamese is written with one mark for the vowel (ê, ơ, đ) and one for the tone. Both come composed
or decomposed, the tone on either of two letters, and often not at all. Every engine gets the tokens
made here, joined by one space, and splits them at white space only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

# Dictionary order of the tones: huyền, hỏi, ngã, sắc, nặng (no mark comes first).
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
)
# Eth and the African D look like Đ and are common in files made with old fonts.
_LOOKALIKES = str.maketrans({"ð": "đ", "ɖ": "đ", "_": " "})
_D_TO_ASCII = str.maketrans({"đ": "d"})

# One consonant and y alone (kỹ, lý, quý) may as well be written with i; `tay` or `thúy` may not.
_CONSONANT_Y = re.compile(r"(ch|gh|kh|ng|nh|ph|th|tr|qu|[bcdđghklmnprstvx])y")

_DAY_FIRST = re.compile(r"(?<![\w./-])(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?![\w/-])", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<![\w./-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\w/-])", re.ASCII)
_NUMBER = r"(?<![\w.,])(?:[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]+[.,][0-9]+)(?![.,]?[\w])"
# A mark that belongs to no composed letter stands alone: it stays with its word.
_LETTERS = r"[^\W_][\w\u0300-\u036f]*"
_WORD = re.compile(rf"(?P<number>{_NUMBER})|{_LETTERS}(?:[.&]{_LETTERS})*")

_JOINTS = re.compile("[.&]")

_MAX_TOKEN = 64
_MAX_ACRONYM = 8

# Skipped in a query only in this very spelling: folded, `chợ` (market) looks like `cho` (for).
_STOP_WORDS = "của và các cho tại theo trong ở là có được với về những"
# No syllable of Vietnamese looks like these; `the` or `in` would be thẻ and in (print).
_ENGLISH_STOP_WORDS = frozenset({"of", "and", "for"})


class Token(NamedTuple):
    """One word in two spellings.

    `exact` keeps the vowel marks and has the tone at the end (`hoa` + grave), `folded` has no mark.
    `glued` > 0: the acronym that repeats so many tokens before it in one piece (`tp hcm tphcm`).
    """

    exact: str
    folded: str
    glued: int = 0


def analyse(text: str) -> list[Token]:
    """Return the tokens of a text in their order; any text is fine."""
    return list(_analysed(text))


# A title is looked at for its forms, its places and its words, one after the other.
@lru_cache(maxsize=256)
def _analysed(text: str) -> tuple[Token, ...]:
    return tuple(
        Token(*_spellings(word), glued) if glued else _token(word)
        for word, glued in _split(_clean(text))
    )


def spelled(text: str) -> list[str]:
    """Return the words as they are written, in small letters, one for each token of `analyse`."""
    return [word for word, _ in _split(_clean(text))]


def exact(text: str) -> str:
    """Return the tokens that keep their marks, joined by one space."""
    return " ".join(token.exact for token in analyse(text))


def folded(text: str) -> str:
    """Return the tokens without marks, joined by one space; Vietnamese comes out as ASCII."""
    return " ".join(token.folded for token in analyse(text))


def bigrams(tokens: Sequence[Token], *, without: Collection[Token] = ()) -> list[str]:
    """Return the folded pairs of neighbours, `benh_vien`; glued acronyms stand outside.

    Pairs with a word of `without` are left out.
    """
    words = [token for token in tokens if not token.glued]
    return [
        f"{first.folded}_{second.folded}"
        for first, second in zip(words, words[1:], strict=False)
        if first not in without and second not in without
    ]


def words(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Return each word alone, and each acronym as its parts with the glued form last."""
    found: list[tuple[Token, ...]] = []
    for token in tokens:
        if token.glued:
            parts = found[-token.glued :]
            found[-token.glued :] = [(*(part for (part,) in parts), token)]
        else:
            found.append((token,))
    return found


def stop_words(tokens: Sequence[Token]) -> frozenset[Token]:
    """Return the tokens of a query that carry no meaning; none where no other would be left.

    A stop word that has no mark (`cho`) counts as one only beside words with marks: a person who
    types none may mean `chợ`.
    """
    marked = any(token.exact != token.folded for token in tokens)
    found = frozenset(token for token in tokens if _is_stop_word(token, among_marked=marked))
    return found if len(found) < len(set(tokens)) else frozenset()


def sort_key(text: str) -> str:
    """Return a key that sorts titles as a Vietnamese dictionary does: a ă â b c d đ e ê …

    Letters decide first, then tones; case and punctuation do not matter. The key is made of decimal
    digits alone, so that binary comparison and every database collation order it alike.
    """
    letters, tones = [], []
    for letter, tone in _letters_with_tones(_clean(text)):
        letters.append(_SORT_CODES.get(letter) or f"99{ord(letter):07d}")
        tones.append(str(_TONES.find(tone) + 1) if tone else "0")
    return "".join(letters[:_MAX_SORTED]) + "00" + "".join(tones[:_MAX_SORTED]).rstrip("0")


_MAX_SORTED = 200
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Below 10 the space, from 10 the digits, from 20 the letters; 99 introduces any other letter.
_SORT_CODES = {
    " ": "01",
    **{digit: f"{10 + place}" for place, digit in enumerate("0123456789")},
    **{letter: f"{20 + place}" for place, letter in enumerate(_ALPHABET)},
}


def _letters_with_tones(text: str) -> Iterator[tuple[str, str]]:
    parts = re.findall(r"[\w\u0300-\u036f]+", text)
    for letter in unicodedata.normalize("NFC", " ".join(parts)):
        marks = unicodedata.normalize("NFD", letter)
        tone = next((mark for mark in marks if mark in _TONES), "")
        base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
        if base not in _SORT_CODES and marks[0] in _SORT_CODES:
            base = marks[0]  # a foreign mark: ü sorts as u
        if base:
            yield base[0], tone


def _clean(text: str) -> str:
    visible = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    # Lowering can bring forth decomposed letters (İ), so the form is made again.
    return unicodedata.normalize("NFKC", visible.lower()).translate(_LOOKALIKES)


def _split(text: str) -> Iterator[tuple[str, int]]:
    text = _DAY_FIRST.sub(lambda m: _date(m, day=1, month=2, year=3), text)
    text = _YEAR_FIRST.sub(lambda m: _date(m, day=3, month=2, year=1), text)
    for match in _WORD.finditer(text):
        if match["number"]:
            yield _number(match["number"]), 0
            continue
        word = match[0]
        if word.isalnum():
            yield word, 0
            continue
        parts = _JOINTS.split(word)
        yield from ((part, 0) for part in parts)
        glued = "".join(parts)
        if len(parts) > 1 and len(glued) <= _MAX_ACRONYM and not glued.isdigit():
            yield glued, len(parts)


def _date(match: re.Match[str], *, day: int, month: int, year: int) -> str:
    try:
        found = date(int(match[year]), int(match[month]), int(match[day]))
    except ValueError:
        return match[0]
    return f" {found:%Y%m%d} {found.year} "


def _number(written: str) -> str:
    """Bring 1.234,5 to 1234.5; a point before three digits groups thousands."""
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", written):
        written = written.replace(".", "")
    return written.replace(",", ".")


# A few thousand syllables make up all text: keeping them saves a third of the time to index.
@lru_cache(maxsize=50_000)
def _token(word: str) -> Token:
    return Token(*_spellings(word))


def _spellings(word: str) -> tuple[str, str]:
    form = _exact_form(word)
    return form, _fold(form)


def _exact_form(word: str) -> str:
    """Move the tone to the end and write one consonant + y with i."""
    marks = unicodedata.normalize("NFD", word)
    body = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
    tones = sorted((mark for mark in marks if mark in _TONES), key=unicodedata.combining)
    return (_with_i(body) + "".join(tones))[:_MAX_TOKEN]


def _fold(form: str) -> str:
    letters = (c for c in unicodedata.normalize("NFD", form) if not unicodedata.combining(c))
    return _with_i(unicodedata.normalize("NFC", "".join(letters)).translate(_D_TO_ASCII))


def _with_i(body: str) -> str:
    return body[:-1] + "i" if _CONSONANT_Y.fullmatch(body) else body


def _is_stop_word(token: Token, *, among_marked: bool) -> bool:
    if token.exact in _ENGLISH_STOP_WORDS:
        return True
    return token.exact in _STOP_FORMS and (among_marked or token.exact != token.folded)


_STOP_FORMS = frozenset(_exact_form(word) for word in _STOP_WORDS.split())
