"""Hits are marked in the text as it was written, whatever way it was written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.search import highlight, text
from opendata.search.base import Understood

_PARTS = ["đất", "Thuế", " ", "TP.HCM", "KH&ĐT", "_", "-", "/", ".", ",", "1.234,5", "01/07/2025"]
_PARTS += [
    "\u0301",
    "\u200b",
    "ệ",
    unicodedata.normalize("NFD", "ệ"),
    "İ",
    "ﬁ",
    "²",
    "🏥",
    "\u00a0",
]
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(_PARTS), max_size=15).map("".join)


def marked(original: str, typed: str, understood: Understood | None = None) -> list[str]:
    words = highlight.wanted(typed, understood or Understood())
    return [original[start:end] for start, end in highlight.spans(original, words)]


@given(TEXTS)
def test_tokens_with_places_are_those_of_the_index(original: str) -> None:
    located = list(highlight.locate(original))
    assert sorted(found.token for found in located) == sorted(text.analyse(original))
    assert all(0 <= found.start < found.end <= len(original) for found in located)


@given(TEXTS, TEXTS)
def test_marks_lie_in_the_text_in_order_and_apart(original: str, typed: str) -> None:
    found = highlight.spans(original, highlight.wanted(typed))
    places = [place for span in found for place in span]
    assert places == sorted(set(places))
    assert all(0 <= place <= len(original) for place in places)


@given(TEXTS, TEXTS, st.integers(10, 80))
def test_excerpt_is_about_as_long_as_asked_for(original: str, typed: str, length: int) -> None:
    assert len(highlight.excerpt(original, highlight.wanted(typed), length)) <= length + 2


@pytest.mark.parametrize(
    ("original", "typed", "expected"),
    [
        ("Danh sách Bệnh viện, Đắk Lắk", "benh vien dak", ["Bệnh viện", "Đắk"]),
        (unicodedata.normalize("NFD", "Thuế đất"), "thuế", [unicodedata.normalize("NFD", "Thuế")]),
        ("Khánh Hoà", "khánh hòa", ["Khánh Hoà"]),
        ("Dân số TP.HCM", "tphcm", ["TP.HCM"]),
        ("Dân số (TP.HCM)", "tp", ["TP"]),
        ("ngày 01/07/2025.", "20250701", ["01/07/2025"]),
        ("cột ma_xa", "xa", ["xa"]),
        ("cột ma_xa", "ma_xa", ["ma_xa"]),
        ("thuế đất và thuế nhà", '"thuế đất" -nhà', ["thuế đất", "thuế"]),
        ("mã xã", "has:ma_xa theme:xa", ["mã xã"]),
        ("giá của đất", "giá của đất", ["giá", "đất"]),
        ("đất", "", []),
    ],
)
def test_hits_are_marked_as_written(original: str, typed: str, expected: list[str]) -> None:
    assert marked(original, typed) == expected


def test_words_that_were_understood_are_marked_too() -> None:
    understood = Understood(corrected="bệnh viện", also=frozenset({"lon"}))
    assert marked("Bệnh viện và lợn", "beenhj vieenj", understood) == ["Bệnh viện", "lợn"]


def test_excerpt_begins_near_the_first_hit() -> None:
    original = "chữ " * 60 + "bệnh viện " + "khác " * 60
    found = highlight.excerpt(original, {"benh"}, 100)
    assert found.startswith("…chữ")
    assert "bệnh viện" in found
    assert found.endswith("…")
    assert highlight.excerpt(original, {"không"}, 20) == "chữ chữ chữ chữ chữ…"
