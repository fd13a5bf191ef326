"""Words with other meanings, published and an administrator's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from opendata import bundled
from opendata.errors import SettingError
from opendata.search import lexicon, text
from opendata.search.agencies import Register


def meanings(typed: str, words: lexicon.Lexicon | None = None) -> list[str]:
    tokens = [token for token in text.analyse(typed) if not token.glued]
    return [entry.meaning for entry in (words or lexicon.load()).meanings(tokens)]


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("BHXH", "bảo hiểm xã hội"),
        ("bhxh", "bảo hiểm xã hội"),
        ("KH&ĐT", "kế hoạch và đầu tư"),
        ("KHĐT", "kế hoạch và đầu tư"),
        ("nhà thương", "bệnh viện"),
        ("nha thuong", "bệnh viện"),
        ("hospitals", "bệnh viện"),
        ("libraries", "thư viện"),
    ],
)
def test_acronyms_synonyms_and_english(typed: str, meaning: str) -> None:
    assert meaning in meanings(typed)


@pytest.mark.parametrize("typed", ["ĐN", "nhà thưởng", "giá đất của tỉnh", ""])
def test_marks_that_differ_are_another_word(typed: str) -> None:
    assert meanings(typed) == []


def test_every_published_line_has_a_known_kind_and_stands_once() -> None:
    rows = bundled.code_list("lexicon")
    assert {row["kind"] for row in rows} == set(lexicon.KINDS)
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_overlay_adds_takes_away_and_is_read_again(tmp_path: Path) -> None:
    own = tmp_path / "lexicon.csv"
    assert lexicon.load(own) is lexicon.load()
    own.write_text("kind,variant,meaning\nacronym,XYZ,xã yên zũng\nacronym,BHXH,\n", "utf-8")
    assert meanings("xyz", lexicon.load(own)) == ["xã yên zũng"]
    assert meanings("bhxh", lexicon.load(own)) == []
    own.write_text("kind,variant,meaning\nacronym,XYZ,khác\n", "utf-8")
    os.utime(own, (1, 1))
    assert meanings("xyz", lexicon.load(own)) == ["khác"]


@pytest.mark.parametrize(
    "content",
    [b"kind,variant,meaning\nnothing,a,b\n", b"variant\na\n", b"kind,variant\nacronym,\xff\n"],
)
def test_overlay_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    own = tmp_path / "lexicon.csv"
    own.write_bytes(content)
    with pytest.raises(SettingError, match="lexicon.csv"):
        lexicon.load(own)


@pytest.mark.parametrize(
    ("typed", "name", "now"),
    [
        ("Sở NN&PTNT", "Sở Nông nghiệp và Phát triển nông thôn", "Sở Nông nghiệp và Môi trường"),
        ("so gtvt", "Sở Giao thông vận tải", "Sở Xây dựng"),
        ("Bộ Y tế", "Bộ Y tế", ""),
        ("BYT", "Bộ Y tế", ""),
        ("Bộ KHĐT", "Bộ Kế hoạch và Đầu tư", "Bộ Tài chính"),
    ],
)
def test_agencies_go_by_long_and_short_names(typed: str, name: str, now: str) -> None:
    tokens = [token for token in text.analyse(typed) if not token.glued]
    ((start, length, agency),) = Register(lexicon.load()).find(tokens, set())
    assert (start, length) == (0, len(tokens))
    assert (agency.name, agency.successor_name) == (name, now)
