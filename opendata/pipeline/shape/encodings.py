"""Which encoding a text file is in, found over the whole file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from opendata.pipeline.shape import legacy, lines
from opendata.pipeline.shape.wide import utf16_without_mark

_HEAD = 64 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Lead bytes of U+0300 to U+037F in UTF-8: where combining marks are.
_COMBINING_LEADS = (b"\xcc", b"\xcd")
_MAX_CHARACTER = 4
_WESTERN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]+|[\u00a0-\u00bf×÷–—‘’“”…•€™†‡‰‹›„‚]+")
# Of different words that the scoring looks at: enough for any file, bounded for all.
_MAX_WORDS = 50_000
_VIETNAMESE_SHARE = 0.7
_WESTERN_SHARE = 0.8
# So few words are no evidence against a reading that makes as much sense.
_FEW_WORDS = 4
# A file is UTF-8 with broken places when whole characters prevail so far, or when not more of its
# lines are broken.
_WHOLE_TO_BROKEN = 10
_MAX_BROKEN_TO_WHOLE = 4
# A few rows are given up rather than the file.
_MAX_SHARE_OF_LOST = 0.05


@dataclass(frozen=True)
class Encoding:
    """A name of an encoding and what must be done before a reader sees the file.

    `is_lossy`: bytes are there that the encoding cannot read. `has_marks`: combining marks that
    NFC may compose. `bom`: bytes of the byte order mark. `others`: encodings in which lines that
    are no UTF-8 may make sense.
    """

    name: str
    bom: int = 0
    is_lossy: bool = False
    has_marks: bool = False
    others: tuple[str, ...] = ()

    @property
    def is_readable_in_place(self) -> bool:
        return self.name == "utf-8" and not self.is_lossy and not self.has_marks


def find(path: Path) -> Encoding | None:
    """Return the encoding of a text file, or None when no candidate makes sense of it."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    name, bom = next(((n, len(m)) for m, n in _MARKS if head.startswith(m)), ("", 0))
    name = name or utf16_without_mark(head)
    if name.startswith("utf-16"):
        return Encoding(name, bom, is_lossy=True, has_marks=True)
    is_valid, has_marks = _check_utf8(path)
    if is_valid:
        return Encoding("utf-8", bom, has_marks=has_marks)
    return _of_broken(path, bom)


def _check_utf8(path: Path) -> tuple[bool, bool]:
    """Say whether all of a file is UTF-8, and, if it is, whether it may hold combining marks."""
    rest, has_marks = b"", False
    for chunk in lines.chunks(path):
        data = rest + chunk
        end = _end_of_character(data)
        if not _is_utf8(data, end):
            return False, True
        rest = data[end:]
        has_marks = has_marks or any(lead in chunk for lead in _COMBINING_LEADS)
    return not rest, has_marks


def _is_utf8(data: bytes, end: int) -> bool:
    # Arrow checks four times as fast as the decoder of Python, which makes text of the bytes.
    offsets = pa.py_buffer(np.array([0, end], np.int32))
    try:
        pa.StringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _end_of_character(data: bytes) -> int:
    """Return where the last character begins, which may go on in the next chunk."""
    for back in range(1, min(_MAX_CHARACTER, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:  # ASCII: whole in itself
            return len(data) - back + 1
        if byte >= 0xC0:  # the first byte of a character
            return len(data) - back
    return len(data)


def _of_broken(path: Path, bom: int) -> Encoding | None:
    """Return the encoding of a file that is not UTF-8 all through."""
    tally = lines.count(path)
    if bom or _is_mostly_utf8(tally):
        return Encoding("utf-8", bom, is_lossy=True, has_marks=True, others=_others(path))
    found = _legacy(_words(path))
    if found is None and tally.broken <= tally.lines * _MAX_SHARE_OF_LOST:
        return Encoding("utf-8", is_lossy=True, has_marks=True)
    return found


def _is_mostly_utf8(tally: lines.Tally) -> bool:
    whole = tally.beyond - tally.broken
    return (
        tally.certain > 0
        or tally.broken <= whole * _MAX_BROKEN_TO_WHOLE
        or tally.characters >= tally.places * _WHOLE_TO_BROKEN
    )


def _others(path: Path) -> tuple[str, ...]:
    """Return the encodings in which broken lines may make sense, the likeliest first."""
    words = Counter(lines.broken_words(path, _MAX_WORDS))
    if len(words) < _FEW_WORDS:
        return ()
    scores = {name: _score(words, name) for name in (*legacy.VIETNAMESE, "windows-1252")}
    return tuple(sorted((n for n in scores if scores[n]), key=lambda n: scores[n], reverse=True))


def _words(path: Path) -> Counter[bytes]:
    """Count the words that hold bytes beyond ASCII."""
    found: Counter[bytes] = Counter()
    for chunk in lines.chunks(path):
        words = Counter(lines.words(chunk))
        room = _MAX_WORDS - len(found)
        found.update({w: n for i, (w, n) in enumerate(words.items()) if w in found or i < room})
    return found


def _legacy(words: Counter[bytes]) -> Encoding | None:
    total = words.total()
    if not total:
        return None
    scores = {name: _score(words, name) for name in legacy.VIETNAMESE}
    best = max(scores, key=lambda name: scores[name])
    western = _share((word for word in words if _is_western(word)), words)
    is_doubtful = len(words) < _FEW_WORDS and western >= scores[best]
    if scores[best] >= _VIETNAMESE_SHARE and not is_doubtful:
        return Encoding(best, is_lossy=True, has_marks=True)
    if western >= _WESTERN_SHARE:
        return Encoding("windows-1252", is_lossy=True, has_marks=True)
    return None


def _score(words: Counter[bytes], name: str) -> float:
    return _share((word for word in words if lines.is_vietnamese(word, name)), words)


def _share(good: Iterable[bytes], words: Counter[bytes]) -> float:
    return sum(words[word] for word in good) / words.total()


def _is_western(word: bytes) -> bool:
    text = legacy.windows_1252(word)
    is_cased = text.islower() or text.isupper() or text[1:].islower() or not text.isalpha()
    return is_cased and _WESTERN.fullmatch(text) is not None
