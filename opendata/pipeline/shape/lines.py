"""The lines of a text file, which may each be in another encoding than the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from opendata import vietnamese
from opendata.pipeline.shape import legacy

# Small enough to stay in the cache of a core while it is looked at.
_CHUNK = 1 << 18
# What has no line end for so long is cut all the same; readers refuse it later.
_MAX_LINE = 16 << 20
_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_MAX_WORD = 40
# Characters of three bytes in UTF-8, among them most Vietnamese letters with a tone.
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_SENSE = 0.7
# So many lines of Vietnamese in UTF-8 do not come by chance.
_ENOUGH = 3


@dataclass
class Tally:
    """How much of a file is UTF-8. Lines: all, those beyond ASCII, those with broken places, and
    those (a few at most are counted) that are certainly Vietnamese; characters beyond ASCII and
    broken places in broken lines."""

    lines: int = 0
    beyond: int = 0
    broken: int = 0
    certain: int = 0
    characters: int = 0
    places: int = 0


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, a few at a time."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def lines(path: Path) -> Iterator[list[bytes]]:
    """Yield lines with their ends, some at a time."""
    rest = b""
    for chunk in chunks(path):
        found = (rest + chunk).splitlines(keepends=True)
        # The last one goes on, or is a carriage return that a line feed may follow.
        rest = found.pop() if len(found[-1]) < _MAX_LINE else b""
        yield found
    if rest:
        yield [rest]


def count(path: Path) -> Tally:
    """Count what of a file is UTF-8."""
    tally = Tally()
    for some in lines(path):
        tally.lines += len(some)
        for line in some:
            if not line.isascii():
                _count(line, tally)
    return tally


def _count(line: bytes, tally: Tally) -> None:
    tally.beyond += 1
    if is_utf8(line):
        if tally.certain < _ENOUGH and _THREE_BYTES.search(line):
            tally.certain += makes_sense(line, "utf-8")
        return
    tally.broken += 1
    text = line.decode("utf-8", errors="replace")
    places = text.count("\ufffd")
    tally.places += places
    tally.characters += len(text) - len(text.encode("ascii", errors="ignore")) - places


def is_utf8(line: bytes) -> bool:
    """Say whether a line is UTF-8 throughout."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def words(line: bytes) -> list[bytes]:
    """Return the words that hold bytes beyond ASCII; what is too long is none."""
    return [word for word in _WORD.findall(line) if len(word) <= _MAX_WORD]


def broken_words(path: Path, most: int) -> Iterator[bytes]:
    """Yield words of the lines that are not UTF-8."""
    broken = (line for some in lines(path) for line in some if not is_utf8(line))
    return islice((word for line in broken for word in words(line)), most)


def decode(line: bytes, names: Sequence[str]) -> str:
    """Return a line of a file in UTF-8: read by the first of the old encodings in which it makes
    sense where it is no UTF-8, else with U+FFFD in broken places."""
    if not is_utf8(line):
        for name in names:
            if makes_sense(line, name):
                return legacy.DECODERS[name](line)
    return line.decode("utf-8", errors="replace")


def makes_sense(line: bytes, name: str) -> bool:
    """Say whether the words of a line are Vietnamese when read by an encoding."""
    found = words(line)
    good = sum(is_vietnamese(word, name) for word in found)
    return bool(found) and good >= len(found) * _SENSE


@lru_cache(maxsize=100_000)
def is_vietnamese(word: bytes, name: str) -> bool:
    """Say whether a word is a Vietnamese syllable when read by an encoding."""
    return vietnamese.is_syllable(legacy.composed(word, name))
