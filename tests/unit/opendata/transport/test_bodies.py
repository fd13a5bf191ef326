"""Bodies: bounded, decoded, whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.errors import SourceFailure
from opendata.transport import bodies


def plain(chunks: Iterable[bytes], coding: str = "gzip", limit: int = 10**6) -> bytes:
    return b"".join(bodies.plain(chunks, coding=coding, limit=limit, where="here"))


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_gzip_opens_however_the_chunks_fall(data: bytes, size: int) -> None:
    assert plain(cut(gzip.compress(data), size)) == data


@given(st.binary(max_size=200), st.data())
def test_every_cut_of_a_gzip_body_is_seen(data: bytes, draw: st.DataObject) -> None:
    packed = gzip.compress(data)
    end = draw.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(SourceFailure) as caught:
        plain([packed[:end]])
    assert caught.value.reason == "truncated"


@given(st.binary(min_size=1, max_size=50), st.integers(1, 50))
def test_nothing_may_follow_a_gzip_body(junk: bytes, size: int) -> None:
    with pytest.raises(SourceFailure) as caught:
        plain(cut(gzip.compress(b"data") + junk, size))
    assert caught.value.reason == "bad-encoding"


def test_bomb_stops_at_the_limit_in_small_pieces() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    pieces = bodies.plain([bomb], coding="gzip", limit=1_000_000, where="here")
    sizes = []
    with pytest.raises(SourceFailure) as caught:
        sizes.extend(len(piece) for piece in pieces)
    assert caught.value.reason == "too-large"


def test_pieces_of_a_bomb_are_small() -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    pieces = bodies.plain([bomb], coding="gzip", limit=10**7, where="here")
    assert max(len(piece) for piece in pieces) <= 64 * 1024


@pytest.mark.parametrize("coding", ["", "identity", " Identity "])
def test_body_without_a_coding_stays_as_it_is(coding: str) -> None:
    assert plain([b"a", b"b"], coding) == b"ab"


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "gzip,identity", "deflate", "zstd"])
def test_other_codings_are_refused_before_reading(coding: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        bodies.check_coding(coding, "here")
    assert caught.value.reason == "bad-encoding"


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_json_may_be_a_hundred_deep() -> None:
    assert bodies.parse_json(nested(100), media_type="application/json", where="here")


def test_json_that_is_deeper_is_refused() -> None:
    with pytest.raises(SourceFailure) as caught:
        bodies.parse_json(nested(101), media_type="application/json", where="here")
    assert caught.value.reason == "bad-json"
