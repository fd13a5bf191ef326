"""Words typed with Telex or VNI that no input method has turned into letters: `beenhj`, `be65nh`.

Both ways are read as they are typed, key by key: a key changes a letter before it or names the
tone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from opendata import vietnamese

_VOWELS = "aeiouyăâêôơư"
_ROOF = {"a": "â", "e": "ê", "o": "ô"}
_HORN = {"o": "ơ", "u": "ư"}
_BREVE = {"a": "ă"}
_TELEX_TONES = {"f": "\u0300", "r": "\u0309", "x": "\u0303", "s": "\u0301", "j": "\u0323"}
_VNI_TONES = {"2": "\u0300", "3": "\u0309", "4": "\u0303", "1": "\u0301", "5": "\u0323"}
_VNI_LETTERS = {"6": _ROOF, "7": _HORN, "8": _BREVE, "9": {"d": "đ"}}
_LONGEST = 12  # keys of one syllable


def readings(word: str) -> Iterator[str]:
    """Yield the syllables that the keys of a lower-case ASCII word write, if other than itself."""
    if not word.isascii() or not 2 <= len(word) <= _LONGEST:
        return
    for read in (_telex, _vni):
        found = read(word)
        if found and found != word and vietnamese.is_syllable(found):
            yield found


def _telex(word: str) -> str:
    if not word.isalpha():
        return ""
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _TELEX_TONES and not tone and _has_vowel(letters):
            tone = _TELEX_TONES[key]
        elif not _telex_letter(letters, key):
            letters.append(key)
    return _written(letters, tone)


def _telex_letter(letters: list[str], key: str) -> bool:
    """Change a letter before the key, as a doubled one or a `w` does; say whether it did."""
    if key == "w":
        if not (_horned(letters) or _changed(letters, _HORN | _BREVE)):
            letters.append("ư")
        return True
    # Not further back: `data` is no dât.
    if letters[-1:] == [key] and key in _ROOF:
        return _changed(letters, {key: _ROOF[key]})
    return key == "d" and letters == ["d"] and _changed(letters, {"d": "đ"})


def _vni(word: str) -> str:
    if not word[0].isalpha():
        return ""
    letters: list[str] = []
    tone = ""
    for key in word:
        if key.isalpha():
            letters.append(key)
        elif key in _VNI_TONES and not tone and _has_vowel(letters):
            tone = _VNI_TONES[key]
        elif key not in _VNI_LETTERS or not _vni_letter(letters, key):
            return ""
    return _written(letters, tone)


def _vni_letter(letters: list[str], key: str) -> bool:
    return (key == "7" and _horned(letters)) or _changed(letters, _VNI_LETTERS[key])


def _changed(letters: list[str], by: dict[str, str]) -> bool:
    """Change the last letter that `by` knows."""
    for place in reversed(range(len(letters))):
        if letters[place] in by:
            letters[place] = by[letters[place]]
            return True
    return False


def _horned(letters: list[str]) -> bool:
    """Make `uo` to `ươ`: one key is enough for both."""
    for place in range(len(letters) - 1):
        if letters[place : place + 2] == ["u", "o"] and letters[place - 1 : place] != ["q"]:
            letters[place : place + 2] = ["ư", "ơ"]
            return True
    return False


def _has_vowel(letters: list[str]) -> bool:
    return any(letter in _VOWELS for letter in letters)


def _written(letters: list[str], tone: str) -> str:
    """Write the syllable with its tone where people put it."""
    if not tone:
        return "".join(letters)
    place = _place_of_tone(letters)
    return unicodedata.normalize(
        "NFC", "".join([*letters[: place + 1], tone, *letters[place + 1 :]])
    )


def _place_of_tone(letters: list[str]) -> int:
    vowels = [place for place, letter in enumerate(letters) if letter in _VOWELS]
    if len(vowels) > 1 and letters[:2] in (["q", "u"], ["g", "i"]):
        vowels = vowels[1:]
    marked = [place for place in vowels if letters[place] in "ăâêôơư"]
    if marked:
        return marked[-1]
    is_open = letters[-1] in _VOWELS
    ends_on_glide = is_open and "".join(letters[-2:]) not in ("oa", "oe", "uy")
    return vowels[-2] if len(vowels) > 1 and ends_on_glide else vowels[-1]
