"""When a source is due again: by schedule, after failures, after lost runs, with wrong clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import Run, Source
from opendata.services import due
from tests.factories import make_source

ZONE = "UTC"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
HOURLY = "0 * * * *"


@pytest.fixture
def session(sessions: SessionFactory) -> Any:
    with sessions() as session:
        yield session


def ended(session: Session, source: Source, state: str, at: datetime, **values: Any) -> Run:
    run = Run(
        source_id=source.id,
        trigger="schedule",
        state=state,
        fence=1,
        lease_until=at,
        started_at=at,
        finished_at=at,
        counts=values.pop("counts", {}),
        **values,
    )
    session.add(run)
    session.flush()
    return run


def test_only_enabled_sources_with_a_schedule_are_due(session: Session, now: datetime) -> None:
    late = make_source(session, "late", schedule=HOURLY, next_run_at=now - HOUR)
    just = make_source(session, "just", schedule=HOURLY, next_run_at=now)
    make_source(session, "coming", schedule=HOURLY, next_run_at=now + MINUTE)
    make_source(session, "off", schedule=HOURLY, next_run_at=now, enabled=False)
    make_source(session, "by-hand", next_run_at=now)
    assert due.due(session, now=now) == [late.id, just.id]


def test_source_is_claimed_once(sessions: SessionFactory, now: datetime) -> None:
    with sessions() as session:
        source = make_source(session, schedule=HOURLY, next_run_at=now)
        session.commit()
    with sessions() as first, sessions() as second:
        claimed = due.claim(first, source.id, now=now)
        assert claimed is not None
        assert due.claim(second, source.id, now=now) is None
        claimed.next_run_at = now + HOUR
        first.commit()
        assert due.claim(second, source.id, now=now) is None


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 15), (2, 30), (3, 60), (4, 120), (12, 15 * 1024), (40, 15 * 1024)]
)
def test_pause_doubles_with_every_failure(
    session: Session, now: datetime, failures: int, minutes: int
) -> None:
    source = make_source(session, schedule="0 0 1 1 *", next_run_at=now)
    ended(session, source, "succeeded", now - timedelta(days=200))
    for number in range(failures, 0, -1):
        run = ended(session, source, "failed", now - number * HOUR, reason="connection")
    due.after(session, run, now=now, timezone=ZONE)
    assert source.next_run_at == now + timedelta(minutes=minutes)


def test_schedule_comes_first_when_it_is_sooner(session: Session, now: datetime) -> None:
    source = make_source(session, schedule="5 * * * *", next_run_at=now)
    run = ended(session, source, "failed", now)
    due.after(session, run, now=now, timezone=ZONE)
    assert source.next_run_at == now + timedelta(minutes=5)


def test_partial_and_stopped_runs_wait_for_their_schedule(session: Session, now: datetime) -> None:
    source = make_source(session, schedule=HOURLY, next_run_at=now + HOUR)
    for state, reason in (("partial", "some-unread"), ("cancelled", "cancelled")):
        due.after(
            session, ended(session, source, state, now, reason=reason), now=now, timezone=ZONE
        )
        assert source.next_run_at == now + HOUR


def test_run_that_was_interrupted_is_due_at_once(session: Session, now: datetime) -> None:
    source = make_source(session, schedule=HOURLY, next_run_at=now + HOUR)
    run = ended(session, source, "cancelled", now, reason="interrupted")
    due.after(session, run, now=now, timezone=ZONE)
    assert source.next_run_at == now


def test_first_lost_worker_costs_nothing_and_more_of_them_do(
    session: Session, now: datetime
) -> None:
    source = make_source(session, schedule=HOURLY, next_run_at=now + HOUR)
    due.after(session, lost(session, source, now), now=now, timezone=ZONE)
    assert source.next_run_at == now
    due.after(session, lost(session, source, now + MINUTE), now=now, timezone=ZONE)
    assert source.next_run_at == now + timedelta(minutes=15)


def lost(session: Session, source: Source, at: datetime) -> Run:
    return ended(session, source, "failed", at, reason="lost-worker")


def test_source_that_asks_to_wait_is_left_alone(session: Session, now: datetime) -> None:
    source = make_source(session, schedule=HOURLY, next_run_at=now + HOUR)
    counts = {"retry_after": 7_200}
    run = ended(session, source, "failed", now, reason="rate-limited", counts=counts)
    due.after(session, run, now=now, timezone=ZONE)
    assert source.next_run_at == now + 2 * HOUR
    assert not due.is_impossible(session, source, now=now, timezone=ZONE)


def test_source_cannot_send_us_away_for_ever(session: Session, now: datetime) -> None:
    source = make_source(session, schedule=HOURLY, next_run_at=now + HOUR)
    counts = {"retry_after": 10**9}
    run = ended(session, source, "failed", now, reason="rate-limited", counts=counts)
    due.after(session, run, now=now, timezone=ZONE)
    assert source.next_run_at == now + timedelta(days=1)


def test_source_without_a_schedule_stays_by_hand(session: Session, now: datetime) -> None:
    source = make_source(session)
    assert due.after(session, ended(session, source, "failed", now), now=now, timezone=ZONE) is None
    assert source.next_run_at is None


def test_clock_put_back_a_little_fires_nothing_twice(session: Session, now: datetime) -> None:
    """Fired at ten, then the clock says half past nine again: ten is not fired a second time."""
    source = make_source(session, schedule=HOURLY, next_run_at=now + HOUR)
    back = now - timedelta(minutes=30)
    assert not due.is_impossible(session, source, now=back, timezone=ZONE)
    assert due.due(session, now=back) == []


def test_clock_that_was_years_ahead_starves_no_source(session: Session, now: datetime) -> None:
    source = make_source(session, schedule=HOURLY, next_run_at=now + timedelta(days=3_650))
    assert due.is_impossible(session, source, now=now, timezone=ZONE)
    unset = make_source(session, "moi", schedule=HOURLY)
    assert due.is_impossible(session, unset, now=now, timezone=ZONE)
    assert due.scheduled(unset, now, timezone=ZONE) == now + HOUR


def test_source_that_is_late_is_not_put_off(session: Session) -> None:
    now = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    source = make_source(session, schedule=HOURLY, next_run_at=now - timedelta(days=30))
    assert not due.is_impossible(session, source, now=now, timezone=ZONE)
