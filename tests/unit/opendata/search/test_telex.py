"""Keys of Telex and VNI become syllables; plain words stay."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.search import text
from opendata.search.telex import readings


@pytest.mark.parametrize(
    ("keys", "syllable"),
    [
        ("beenhj", "bệnh"),
        ("beejnh", "bệnh"),
        ("be65nh", "bệnh"),
        ("dduowngf", "đường"),
        ("d9u7o7ng2", "đường"),
        ("duongwf", "dường"),
        ("truo72ng", "trường"),
        ("luowtj", "lượt"),
        ("nuwowcs", "nước"),
        ("quaanj", "quận"),
        ("quyx", "quỹ"),
        ("giaf", "già"),
        ("hoas", "hoá"),
        ("khuyeens", "khuyến"),
        ("thuwowngj", "thượng"),
        ("cair", "cải"),
        ("na8m", "năm"),
    ],
)
def test_keys_are_read_as_they_are_typed(keys: str, syllable: str) -> None:
    (found,) = readings(keys)
    assert text.exact(found) == text.exact(syllable)
    assert found == unicodedata.normalize("NFC", found)


@pytest.mark.parametrize(
    "word", ["hospital", "data", "q1", "covid19", "thanh", "a", "bệnh", "x" * 99]
)
def test_words_that_no_keys_make_stay(word: str) -> None:
    assert list(readings(word)) == []


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", max_size=14))
def test_any_keys_are_read_without_fault(word: str) -> None:
    for found in readings(word):
        assert found != word
        assert not found.isascii()
