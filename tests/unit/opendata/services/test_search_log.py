"""The log of searches: counted by day, bounded, and nothing personal in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import SearchDay
from opendata.services import search_log

DAY = date(2026, 3, 9)


@pytest.fixture
def session(sessions: SessionFactory) -> Iterator[Session]:
    with sessions() as session:
        yield session


def note(session: Session, words: str, day: date = DAY, *, is_found: bool = True) -> None:
    search_log.note(session, words, day, is_found=is_found, keep_days=30)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Bệnh viện  ĐẮK LẮK ", "benh vien dak lak"),
        ("đất -thuê theme:land", 'dat -"thue" theme:"land"'),
        ("đất modified:2025-01-01..2025-06-30 năm:2019..2021", "dat"),
        ("dân số 2019 2020 2021", "dan so 2019 2020 2021"),
        ("47/2020/NĐ-CP", "47 2020 nd cp"),
        ("ngày 01/07/2025", "ngay 20250701 2025"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_query_is_kept_in_its_normal_form(typed: str, kept: str) -> None:
    assert search_log.normal_form(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "gọi 0912 345 678",
        "+84 (91) 234-56-78",
        "001099012345",
        "cccd:001.099.012.345",
        "٠٩١٢٣٤٥٦٧٨",
        "a.b@example.vn",
        "a＠example.vn",
        '"0912345678"',
        "-0912345678",
        "has:0912345678",
        "2020 2021 123456789",
    ],
)
def test_what_looks_personal_is_not_kept(typed: str) -> None:
    assert search_log.normal_form(typed) == ""


@given(st.text(max_size=300))
def test_any_text_has_a_form_that_fits(typed: str) -> None:
    assert len(search_log.normal_form(typed)) <= 100


def test_searches_and_clicks_are_counted_by_day(session: Session) -> None:
    for is_found in (True, True, False):
        note(session, "dat", is_found=is_found)
    note(session, "dat", DAY + timedelta(days=1))
    search_log.note_click(session, "dat", DAY)
    search_log.note_click(session, "never searched", DAY)
    rows = session.execute(select(SearchDay.searches, SearchDay.without_hits, SearchDay.clicks))
    assert sorted(map(tuple, rows)) == [(1, 0, 0), (3, 1, 1)]


def test_first_search_of_a_day_removes_what_is_too_old(session: Session) -> None:
    for age in (31, 30, 29, 0):
        note(session, "dat", DAY - timedelta(days=age))
    assert set(session.scalars(select(SearchDay.day))) == {DAY, DAY - timedelta(days=29)}


def test_a_flood_of_new_words_ends(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_log, "_MOST_A_DAY", 3)
    for number in range(5):
        note(session, f"word {number}")
    note(session, "word 0")
    assert session.scalar(select(func.count()).select_from(SearchDay)) == 3
    assert session.scalar(select(func.sum(SearchDay.searches))) == 4


def test_report_lists_what_is_frequent_lost_and_left(session: Session) -> None:
    for _ in range(3):
        note(session, "opened")
    for _ in range(2):
        note(session, "left")
    note(session, "lost", is_found=False)
    note(session, "old", DAY - timedelta(days=9))
    search_log.note_click(session, "opened", DAY)
    found = search_log.report(session, DAY, size=2)
    assert [query.words for query in found.top] == ["opened", "left"]
    assert found.without_hits == [search_log.Counted("lost", 1, 1, 0)]
    assert [query.words for query in found.without_clicks] == ["left"]
