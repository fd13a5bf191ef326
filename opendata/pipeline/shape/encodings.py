"""Which encoding a text file is in, found over the whole file."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from opendata.pipeline.shape import legacy, vietnamese

_CHUNK = 1 << 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Lead bytes of U+0300 to U+037F in UTF-8: where combining marks are.
_COMBINING_LEADS = (b"\xcc", b"\xcd")
_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_WESTERN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]+|[\u00a0-\u00bf×÷–—‘’“”…•€™†‡‰‹›„‚]+")
# Of different words that the scoring looks at: enough for any file, bounded for all.
_MAX_WORDS = 50_000
_VIETNAMESE_SHARE = 0.7
_WESTERN_SHARE = 0.8
# So few words are no evidence against a reading that makes as much sense.
_FEW_WORDS = 4
# A file is UTF-8 with broken places, not another encoding, when whole characters prevail so far.
_WHOLE_TO_BROKEN = 10


@dataclass(frozen=True)
class Encoding:
    """A name of an encoding and what must be done before a reader sees the file.

    `is_lossy`: bytes are there that the encoding cannot read. `has_marks`: combining marks that
    NFC may compose. `bom`: bytes of the byte order mark.
    """

    name: str
    bom: int = 0
    is_lossy: bool = False
    has_marks: bool = False

    @property
    def is_readable_in_place(self) -> bool:
        return self.name == "utf-8" and not self.is_lossy and not self.has_marks


def find(path: Path) -> Encoding | None:
    """Return the encoding of a text file, or None when no candidate makes sense of it."""
    with path.open("rb") as file:
        head = file.read(4)
    name, bom = next(((n, len(m)) for m, n in _MARKS if head.startswith(m)), ("", 0))
    if name.startswith("utf-16"):
        return Encoding(name, bom, is_lossy=True, has_marks=True)
    whole, broken, has_marks = _count_utf8(path)
    if not broken or whole >= broken * _WHOLE_TO_BROKEN or bom:
        return Encoding("utf-8", bom, is_lossy=broken > 0, has_marks=has_marks)
    return _legacy(_words(path))


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, a few at a time."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _count_utf8(path: Path) -> tuple[int, int, bool]:
    """Count whole characters beyond ASCII (only if any is broken) and broken bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    has_marks = False
    try:
        for chunk in chunks(path):
            decoder.decode(chunk)
            has_marks = has_marks or any(lead in chunk for lead in _COMBINING_LEADS)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _count_broken(path)
    return 0, 0, has_marks


def _count_broken(path: Path) -> tuple[int, int, bool]:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    whole = broken = 0
    has_marks = False
    for chunk in chain(chunks(path), [b""]):
        text = decoder.decode(chunk, final=not chunk)
        beyond = len(text) - len(text.encode("ascii", "ignore"))
        # A lone surrogate stands for a byte that is no UTF-8.
        lost = len(text) - len(text.encode("utf-16-le", "ignore").decode("utf-16-le"))
        whole, broken = whole + beyond - lost, broken + lost
        has_marks = has_marks or any(lead in chunk for lead in _COMBINING_LEADS)
    return whole, broken, has_marks


def _words(path: Path) -> Counter[bytes]:
    """Count the words that hold bytes beyond ASCII."""
    found: Counter[bytes] = Counter()
    for chunk in chunks(path):
        words = Counter(word for word in _WORD.findall(chunk) if len(word) <= 40)
        room = _MAX_WORDS - len(found)
        found.update({w: n for i, (w, n) in enumerate(words.items()) if w in found or i < room})
    return found


def _legacy(words: Counter[bytes]) -> Encoding | None:
    total = words.total()
    if not total:
        return None
    scores = {
        name: sum(n for word, n in words.items() if _is_vietnamese(word, decode)) / total
        for name, decode in legacy.VIETNAMESE.items()
    }
    best = max(scores, key=lambda name: scores[name])
    western = sum(n for word, n in words.items() if _is_western(word)) / total
    is_doubtful = len(words) < _FEW_WORDS and western >= scores[best]
    if scores[best] >= _VIETNAMESE_SHARE and not is_doubtful:
        return Encoding(best, is_lossy=True, has_marks=True)
    if western >= _WESTERN_SHARE:
        return Encoding("windows-1252", is_lossy=True, has_marks=True)
    return None


def _is_vietnamese(word: bytes, decode: legacy.Decode) -> bool:
    return vietnamese.is_syllable(unicodedata.normalize("NFC", decode(word)))


def _is_western(word: bytes) -> bool:
    text = legacy.windows_1252(word)
    is_cased = text.islower() or text.isupper() or text[1:].islower() or not text.isalpha()
    return is_cased and _WESTERN.fullmatch(text) is not None
