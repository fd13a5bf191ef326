"""What a body may be: bounded, at most gzip-coded, and whole; and JSON read strictly."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from opendata.errors import SourceFailure

_MAX_DEPTH = 100  # of JSON; documents of catalogues have less than ten
_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to ask for the gzip container, header and trailer checked


def plain(chunks: Iterable[bytes], *, coding: str, limit: int, where: str) -> Iterator[bytes]:
    """Yield the body without its content coding; both forms may hold `limit` bytes at most.

    `coding` is the Content-Encoding header. Raises `SourceFailure` truncated, bad-encoding or
    too-large; what was yielded before is then not to be used.
    """
    return _bounded(_decoder(coding, where)(_bounded(chunks, limit, where), where), limit, where)


def check_length(length: str | None, *, limit: int, where: str) -> None:
    """Raise too-large when the announced length alone is over the limit."""
    if length is not None and int(length) > limit:
        raise _too_large(limit, where)


def check_coding(coding: str, where: str) -> None:
    """Raise bad-encoding unless the body is plain or gzip, once."""
    _decoder(coding, where)


def parse_json(body: bytes, *, media_type: str, where: str) -> Any:
    """Return the document; raise `SourceFailure` empty, unexpected-type or bad-json."""
    if not body.strip():
        raise SourceFailure("empty", where, "the source answered with nothing")
    if is_html(body, media_type):
        raise SourceFailure("unexpected-type", where, "an HTML page came where JSON was due")
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as err:
        raise SourceFailure("bad-json", where, "the answer is not valid JSON") from err
    if _is_deep(document):
        raise SourceFailure("bad-json", where, f"the JSON is nested over {_MAX_DEPTH} deep")
    return document


def is_html(body: bytes, media_type: str) -> bool:
    """Tell whether a body is a page for people, by its label or its first bytes."""
    start = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "html" in media_type.lower() or start[:1] == b"<"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity: no JSON, and PostgreSQL refuses them


def _is_deep(document: Any) -> bool:
    level = [document]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


def _decoder(coding: str, where: str) -> _Decoder:
    try:
        return _DECODERS[coding.strip().lower()]
    except KeyError:
        raise SourceFailure(
            "bad-encoding",
            where,
            "the body is coded in another way than gzip, once; ask the source",
        ) from None


def _bounded(chunks: Iterable[bytes], limit: int, where: str) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise _too_large(limit, where)
        yield chunk


def _identity(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    yield from chunks


def _gunzip(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    decoder = zlib.decompressobj(_GZIP)
    for chunk in chunks:
        if decoder.eof:
            raise _bad("the gzip body goes on after its end", where)
        yield from _inflate(decoder, chunk, where)
        if decoder.unused_data:
            raise _bad("the gzip body goes on after its end", where)
    if not decoder.eof:
        raise SourceFailure("truncated", where, "the gzip body stops before its end")


def _inflate(decoder: zlib._Decompress, data: bytes, where: str) -> Iterator[bytes]:
    """Yield small pieces, so that a bomb meets the limit before it meets the memory."""
    while data:
        try:
            piece = decoder.decompress(data, _PIECE)
        except zlib.error as err:
            raise _bad("the body says it is gzip and is not", where) from err
        if piece:
            yield piece
        data = decoder.unconsumed_tail


_Decoder = Callable[[Iterable[bytes], str], Iterator[bytes]]
_DECODERS: dict[str, _Decoder] = {
    "": _identity,
    "identity": _identity,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
}


def _bad(detail: str, where: str) -> SourceFailure:
    return SourceFailure("bad-encoding", where, detail)


def _too_large(limit: int, where: str) -> SourceFailure:
    return SourceFailure("too-large", where, f"the body is larger than {limit} bytes")
