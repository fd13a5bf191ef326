"""Schedules: what is understood, what is refused, and when it comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from opendata.errors import SettingError
from opendata.services import schedules

HANOI = "Asia/Ho_Chi_Minh"
BERLIN = "Europe/Berlin"


def times(
    text: str, after: datetime, count: int, *, timezone: str = HANOI, spread: str = ""
) -> list[datetime]:
    found: list[datetime] = []
    for _ in range(count):
        after = schedules.next_after(text, after, timezone=timezone, spread=spread)
        found.append(after)
    return found


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("hourly", "hourly"),
        ("Daily", "daily"),
        ("weekly", "weekly"),
        ("monthly", "monthly"),
        ("every 6h", "every 6h"),
        (" every  30 m ", "every 30m"),
        ("every 2d", "every 2d"),
        ("0 2 * * MON-FRI", "0 2 * * mon-fri"),
        ("*/15 * * * *", "*/15 * * * *"),
        ("0 0 29 2 *", "0 0 29 2 *"),
        ("0 0 1,15 * *", "0 0 1,15 * *"),
    ],
)
def test_schedule_is_understood(text: str, spelling: str) -> None:
    assert schedules.parse(text, shortest_minutes=15).text == spelling


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not a schedule"),
        ("   ", "is not a schedule"),
        ("0 " * 60, "at most 100"),
        ("sometimes", "is not a schedule"),
        ("@daily", "is not a schedule"),
        ("@every 5m", "is not a schedule"),
        ("0 0 0 * * *", "is not a schedule"),
        ("0 0 * *", "is not a schedule"),
        ("h h * * *", "is not a schedule"),
        ("r 3 * * *", "is not a schedule"),
        ("0 0 l * *", "is not a schedule"),
        ("0 0 ? * *", "is not a schedule"),
        ("\x00 0 * * *", "is not a schedule"),
        ("60 * * * *", "is not a schedule"),
        ("0 25 * * *", "is not a schedule"),
        ("0-59/0 * * * *", "is not a schedule"),
        ("0 0 * foo *", "is not a schedule"),
        ("every 0h", "from one minute to 366 days"),
        ("every 400d", "from one minute to 366 days"),
        ("every ٣h", "is not a schedule"),
        ("every 5m", "more often than every 15 minutes"),
        ("* * * * *", "more often than every 15 minutes"),
        ("*/7 * * * *", "more often than every 15 minutes"),
        ("55,5 0,23 * * *", "more often than every 15 minutes"),
        ("0 0 31 2 *", "never come"),
        ("0 0 31 4,6,9,11 *", "never come"),
    ],
)
def test_what_is_no_schedule_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence) as refused:
        schedules.parse(text, shortest_minutes=15)
    assert "\n" not in str(refused.value)


def test_cron_fields_are_meant_in_the_zone_of_the_office() -> None:
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert times("30 2 * * *", noon, 2) == [
        datetime(2026, 3, 1, 19, 30, tzinfo=UTC),
        datetime(2026, 3, 2, 19, 30, tzinfo=UTC),
    ]


def test_a_schedule_that_is_due_now_comes_next_time() -> None:
    due = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)
    assert times("30 2 * * *", due, 1) == [due + timedelta(days=1)]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("hourly", timedelta(hours=1)),
        ("every 30m", timedelta(minutes=30)),
        ("every 6h", timedelta(hours=6)),
        ("daily", timedelta(days=1)),
        ("every 36h", timedelta(hours=36)),
        ("every 2d", timedelta(days=2)),
        ("weekly", timedelta(weeks=1)),
    ],
)
def test_words_keep_their_step_for_every_source(text: str, step: timedelta, now: datetime) -> None:
    for name in ("", "bo-noi-vu", "bo-y-te"):
        came = times(text, now, 5, spread=name)
        assert now < came[0] <= now + step
        assert {after - before for before, after in pairwise(came)} == {step}


def test_monthly_comes_once_a_month(now: datetime) -> None:
    clock = schedules.zone(HANOI)
    came = [moment.astimezone(clock) for moment in times("monthly", now, 12, spread="bo-y-te")]
    months = [moment.year * 12 + moment.month for moment in came]
    assert {after - before for before, after in pairwise(months)} == {1}
    assert len({moment.day for moment in came}) == 1


def test_fifty_daily_sources_do_not_begin_together(now: datetime) -> None:
    began = [times("daily", now, 1, spread=f"bo-{number}")[0] for number in range(50)]
    assert len(set(began)) > 40
    assert {(moment + timedelta(hours=7)).hour for moment in began} <= set(range(6))


def test_cron_fields_are_exact_whatever_the_source(now: datetime) -> None:
    assert times("5 8 * * *", now, 3, spread="a") == times("5 8 * * *", now, 3, spread="b")


def test_an_hour_that_comes_twice_fires_once() -> None:
    before = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert times("30 2 * * *", before, 2, timezone=BERLIN) == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


def test_an_hour_that_is_left_out_fires_once_and_later() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert times("30 2,3 * * *", before, 2, timezone=BERLIN) == [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 30, 0, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize("name", ["Asia/Hanoi-on-Sea", "", "../etc/passwd"])
def test_unknown_time_zone_is_said(name: str, now: datetime) -> None:
    with pytest.raises(SettingError, match="timezone"):
        schedules.next_after("daily", now, timezone=name)
