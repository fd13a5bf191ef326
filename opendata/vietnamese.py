"""A model of the Vietnamese syllable: whether letters that were decoded can be one."""

from __future__ import annotations

import re
import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SYLLABLE = re.compile(
    r"(ngh|ng|nh|kh|gh|gi|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
    r"(iê|yê|uô|ươ|ia|ya|ua|ưa|oa|oă|oe|oo|uâ|uê|uơ|uyê|uya|uy|[aăâeêioôơuưy])"
    r"(ng|nh|ch|[cmnptiyouư])?"
)


def is_syllable(word: str) -> bool:
    """Say whether a word can be one Vietnamese syllable: letters in order, at most one tone."""
    if not (word.islower() or word.isupper() or word.istitle() or word[1:].islower()):
        return False
    marked = unicodedata.normalize("NFD", word.lower())
    plain = "".join(letter for letter in marked if letter not in _TONES)
    if len(marked) - len(plain) > 1:
        return False
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", plain)) is not None
