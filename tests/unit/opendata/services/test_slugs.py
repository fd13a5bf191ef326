"""Titles to addresses, for every Vietnamese letter."""

from __future__ import annotations

import unicodedata
import uuid
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.services import slugs

_VOWELS = "aăâeêioôơuưy"
_TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Danh sách trường học tỉnh Đắk Lắk", "danh-sach-truong-hoc-tinh-dak-lak"),
        ("Ðắk Lắk (chữ eth)", "dak-lak-chu-eth"),
        ("  Giá   đất 2025 ", "gia-dat-2025"),
        ("KH&ĐT: số liệu", "kh-dt-so-lieu"),
        ("Ủy ban; ỦY BAN", "uy-ban-uy-ban"),
        ("số liệu 2021–2022", "so-lieu-2021-2022"),
        ("北京", "khong-ten"),
        ("", "khong-ten"),
        ("../../etc/passwd", "etc-passwd"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full-width"),
    ],
)
def test_title_becomes_slug(title: str, slug: str) -> None:
    assert slugs.make(title) == slug


def test_every_vietnamese_vowel_keeps_its_letter() -> None:
    for vowel in _VOWELS:
        for tone in _TONES:
            for form in (vowel + tone, (vowel + tone).upper()):
                bare = unicodedata.normalize("NFD", vowel)[0]
                assert slugs.make(unicodedata.normalize("NFC", form)) == bare


def test_decomposed_title_gives_the_same_slug() -> None:
    title = "Bệnh viện Đường sắt"
    assert slugs.make(unicodedata.normalize("NFD", title)) == slugs.make(title)


def test_long_title_is_cut_between_words() -> None:
    slug = slugs.make("dữ liệu " * 100)
    assert len(slug) <= 100
    assert slug.endswith(("du", "lieu"))


def test_candidates_start_plain_then_count() -> None:
    assert list(islice(slugs.candidates("Đất"), 3)) == ["dat", "dat-2", "dat-3"]


def test_unique_slug_is_that_of_the_dataset_whatever_its_title() -> None:
    one, other = uuid.UUID(int=1 << 120), uuid.UUID(int=2 << 120)
    assert slugs.unique("Đất", one) == slugs.unique("đất", one) == "dat-0100000000000000"
    assert slugs.unique("Đất", other) != slugs.unique("Đất", one)


@given(st.text())
def test_slug_is_always_safe_in_an_address(title: str) -> None:
    assert all(part.isalnum() and part.isascii() for part in slugs.make(title).split("-"))
