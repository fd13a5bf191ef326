"""The tick: what is due is queued once, whatever the clocks say and whoever ticks beside."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from opendata.database import SessionFactory
from opendata.errors import SearchUnavailable
from opendata.models import Source
from opendata.services import runs
from opendata.work.tick import tick
from opendata.work.workplace import Workplace
from tests.factories import make_source
from tests.unit.opendata.work.conftest import Clock

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Deferred:
    """Notes what is put into the queue."""

    ids: list[uuid.UUID] = field(default_factory=list)

    def __call__(self, source_id: uuid.UUID, fence: int) -> bool:
        self.ids.append(source_id)
        return True


@pytest.fixture
def deferred() -> Deferred:
    return Deferred()


def add(sessions: SessionFactory, name: str = "bo", **values: object) -> uuid.UUID:
    with sessions() as session:
        source = make_source(session, name, **({"schedule": "0 * * * *"} | values))
        session.commit()
        return source.id


def next_run(sessions: SessionFactory, source_id: uuid.UUID) -> datetime | None:
    with sessions() as session:
        return session.get_one(Source, source_id).next_run_at


def test_missed_times_fire_once(
    place: Workplace, sessions: SessionFactory, clock: Clock, deferred: Deferred
) -> None:
    source = add(sessions, next_run_at=clock.now - 12 * HOUR)
    for _ in range(3):
        tick(place, deferred)
    assert deferred.ids == [source]
    assert next_run(sessions, source) == clock.now + HOUR


def test_every_time_fires_once_while_the_clock_jumps(
    place: Workplace, sessions: SessionFactory, clock: Clock, deferred: Deferred
) -> None:
    start = clock.now
    add(sessions, next_run_at=start + HOUR)
    fired = []
    # Forward, back before the time that was fired, on again; then far ahead, and right again.
    for minutes in (0, 59, 60, 30, 59, 61, 119, 120, 600_000, 121, 179, 180, 181):
        clock.now = start + minutes * MINUTE
        before = len(deferred.ids)
        tick(place, deferred)
        if len(deferred.ids) > before:
            fired.append(minutes)
    assert fired == [60, 120, 600_000, 180]


def test_two_ticks_at_once_queue_a_source_once(
    place: Workplace, sessions: SessionFactory, clock: Clock, deferred: Deferred
) -> None:
    ids = {add(sessions, f"nguon-{number}", next_run_at=clock.now) for number in range(8)}
    barrier = Barrier(2)

    def start() -> None:
        barrier.wait()
        tick(place, deferred)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(start), pool.submit(start)]:
            done.result()
    assert (len(deferred.ids), set(deferred.ids)) == (8, ids)


def test_queue_that_is_out_of_reach_loses_no_time(
    place: Workplace, sessions: SessionFactory, clock: Clock, deferred: Deferred
) -> None:
    source = add(sessions, next_run_at=clock.now)

    def refuse(source_id: uuid.UUID, fence: int) -> bool:
        raise TimeoutError

    tick(place, refuse)
    assert next_run(sessions, source) == clock.now
    tick(place, deferred)
    assert deferred.ids == [source]


def test_broken_schedule_keeps_no_other_source_from_its_turn(
    place: Workplace,
    sessions: SessionFactory,
    clock: Clock,
    deferred: Deferred,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add(sessions, "a", schedule="whenever", next_run_at=clock.now - HOUR)
    add(sessions, "b", schedule="whenever")
    well = add(sessions, "c", next_run_at=clock.now)
    tick(place, deferred)
    assert deferred.ids == [well]
    assert "the schedule of b: " in caplog.text


def test_lost_run_is_closed_and_its_source_queued_by_the_same_tick(
    place: Workplace, sessions: SessionFactory, clock: Clock, deferred: Deferred
) -> None:
    source_id = add(sessions, next_run_at=clock.now + HOUR)
    with sessions() as session:
        source = session.get_one(Source, source_id)
        lease = timedelta(seconds=120)
        run = runs.start(session, source, trigger="schedule", now=clock.now, lease=lease)
        session.commit()
    tick(place, deferred)
    assert deferred.ids == []
    clock.now += timedelta(seconds=121)
    tick(place, deferred)
    assert deferred.ids == [source_id]
    with sessions() as session:
        found = runs.get(session, run.id)
    assert (found.state, found.reason) == ("failed", "lost-worker")


def test_chore_that_fails_keeps_no_other_from_its_turn(
    place: Workplace,
    sessions: SessionFactory,
    clock: Clock,
    deferred: Deferred,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> int:
        raise SearchUnavailable("The index is away; try later.")

    add(sessions, next_run_at=clock.now)
    tick(replace(place, follow_index=fail), deferred)
    assert len(deferred.ids) == 1
    assert "bring index up to date: The index is away; try later." in caplog.text
