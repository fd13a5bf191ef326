"""What is searched for and whether it is found, by day; never who asked, nor when on that day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from opendata.models import SearchDay
from opendata.search import language
from opendata.search import text as search_text

_LONGEST = 100
# Whoever sends random words cannot fill the table: new ones are not kept behind so many a day.
_MOST_A_DAY = 20_000
# Numbers of persons and their telephones have nine digits or more, in whatever groups.
_LONG_NUMBER = re.compile(r"\d(?:[\s.,()/+-]*\d){8,}")
_YEARS = range(1900, 2101)

# The log waits for nobody: a search is worth more than its count.
_IN_HASTE = (
    "SET LOCAL lock_timeout = '200ms'",
    "SET LOCAL statement_timeout = '500ms'",
    "SET LOCAL synchronous_commit = off",
)


@dataclass(frozen=True)
class Counted:
    """One query over some days."""

    words: str
    searches: int
    without_hits: int
    clicks: int


@dataclass(frozen=True)
class Report:
    """The most frequent queries, those that found nothing, and those that nobody followed."""

    top: Sequence[Counted]
    without_hits: Sequence[Counted]
    without_clicks: Sequence[Counted]


def normal_form(typed: str) -> str:
    """Return a query as the log keeps it; empty for one that it must not keep.

    Spans of days are left out. What looks like a number of a person, a telephone or an e-mail
    address is personal data, whoever typed it.
    """
    asked = language.read(typed)
    said = [(clause, clause.value) for clause in asked.clauses if not language.is_span(clause)]
    if any(map(_looks_personal, [asked.words, *(value for _, value in said)])):
        return ""
    parts = [search_text.folded(asked.words)]
    for clause, value in said:
        sign = "-" if clause.is_without else ""
        name = f"{clause.field}:" if clause.field else ""
        parts.append(f'{sign}{name}"{search_text.folded(value)}"')
    return " ".join(part for part in parts if part)[:_LONGEST].strip()


def note(session: Session, words: str, day: date, *, is_found: bool, keep_days: int) -> None:
    """Count a search of these words; the first one of a day removes what is too old."""
    _hurry(session)
    without = 0 if is_found else 1
    counted = session.execute(
        _at(day, words).values(
            searches=SearchDay.searches + 1, without_hits=SearchDay.without_hits + without
        )
    )
    if _rows(counted):
        return
    today = session.scalar(select(func.count()).where(SearchDay.day == day)) or 0
    if not today:
        oldest = day - timedelta(days=keep_days)
        session.execute(delete(SearchDay).where(SearchDay.day <= oldest))
    if today < _MOST_A_DAY:
        _add(session, day, words, without)


def note_click(session: Session, words: str, day: date) -> None:
    """Count that a dataset was opened from the results of a search of this day."""
    _hurry(session)
    session.execute(_at(day, words).values(clicks=SearchDay.clicks + 1))


def report(session: Session, since: date, *, size: int) -> Report:
    """Return the queries from a day on, at most `size` in each list, the most frequent first."""
    searches, without, clicks = (
        func.sum(column)
        for column in (SearchDay.searches, SearchDay.without_hits, SearchDay.clicks)
    )
    every = (
        select(SearchDay.words, searches, without, clicks)
        .where(SearchDay.day >= since)
        .group_by(SearchDay.words)
        .limit(size)
    )
    by_searches = every.order_by(searches.desc(), SearchDay.words)
    lost = every.having(without > 0).order_by(without.desc(), SearchDay.words)
    left = by_searches.having(clicks == 0, searches > without)
    return Report(_listed(session, by_searches), _listed(session, lost), _listed(session, left))


def _listed(session: Session, query: Select[str, int, int, int]) -> list[Counted]:
    return [Counted(words, *map(int, counts)) for words, *counts in session.execute(query)]


def _at(day: date, words: str) -> Any:
    return update(SearchDay).where(SearchDay.day == day, SearchDay.words == words)


def _add(session: Session, day: date, words: str, without: int) -> None:
    added = insert(SearchDay).values(day=day, words=words, searches=1, without_hits=without)
    session.execute(
        added.on_conflict_do_update(
            index_elements=[SearchDay.day, SearchDay.words],
            set_={
                "searches": SearchDay.searches + 1,
                "without_hits": SearchDay.without_hits + without,
            },
        )
    )


def _rows(result: Any) -> int:
    return int(result.rowcount)


def _hurry(session: Session) -> None:
    for setting in _IN_HASTE:
        session.execute(text(setting))


def _looks_personal(typed: str) -> bool:
    plain = unicodedata.normalize("NFKC", typed)
    return "@" in plain or any(map(_is_long_number, _LONG_NUMBER.findall(plain)))


def _is_long_number(written: str) -> bool:
    """Say whether these digits are more than a row of years."""
    groups = re.findall(r"\d+", written)
    return not all(len(group) == 4 and int(group) in _YEARS for group in groups)
