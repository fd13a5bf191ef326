"""A UTF-8, NFC copy of a text file, written as a stream."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from opendata.pipeline.readers.base import UNDECODABLE
from opendata.pipeline.shape import legacy, lines
from opendata.pipeline.shape.encodings import Encoding

# Text without any ASCII character is cut all the same once it is this long.
_MAX_CARRY = 1 << 16


def to_utf8(path: Path, target: Path, encoding: Encoding) -> None:
    """Write `target`: the text of `path` as UTF-8 in NFC; unreadable bytes as `UNDECODABLE`."""
    with target.open("wb") as out:
        for text in _normalised(_decoded(path, encoding)):
            if encoding.is_lossy:
                text = text.replace("\ufffd", UNDECODABLE)
            out.write(text.encode("utf-8", errors="replace"))


def _decoded(path: Path, encoding: Encoding) -> Iterator[str]:
    if encoding.others:
        return _by_lines(path, encoding)
    return _as_stream(path, encoding)


def _by_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    skip = encoding.bom
    for some in lines.lines(path):
        yield "".join(lines.decode(line, encoding.others) for line in some)[bool(skip) :]
        skip = 0


def _as_stream(path: Path, encoding: Encoding) -> Iterator[str]:
    decode = _decoder(encoding.name)
    skip = encoding.bom
    for chunk in lines.chunks(path):
        yield decode(chunk[skip:])
        skip = 0
    yield decode(b"", final=True)


def _decoder(name: str) -> Callable[..., str]:
    if name != "utf-8" and name in legacy.DECODERS:
        whole = legacy.DECODERS[name]
        # One byte, one character: nothing is left over between two chunks.
        return lambda data, final=False: whole(data)
    return codecs.getincrementaldecoder(name)("replace").decode


def _normalised(pieces: Iterator[str]) -> Iterator[str]:
    carry = ""
    for piece in pieces:
        text = carry + piece
        end = _cut(text)
        yield unicodedata.normalize("NFC", text[:end])
        carry = text[end:]
    yield unicodedata.normalize("NFC", carry)


def _cut(text: str) -> int:
    """Return where text may be cut: an ASCII character never composes with what is before it."""
    for position in range(len(text) - 1, max(0, len(text) - _MAX_CARRY) - 1, -1):
        if text[position].isascii():
            return position
    return max(0, len(text) - _MAX_CARRY)
