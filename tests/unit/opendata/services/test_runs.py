"""Runs: one per source, fenced; the state of a run and the exit code come from one place each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from opendata.database import SessionFactory
from opendata.errors import AlreadyRunning, LeaseLost
from opendata.models import Event, Run, Source
from opendata.services import runs
from opendata.vocabulary import ExitCode, RunState
from tests.factories import make_run

LEASE = timedelta(minutes=2)


@pytest.fixture
def source(sessions: SessionFactory) -> Source:
    with sessions() as session:
        source = Source(name="bo", kind="ckan", url="https://example.vn", options={}, policy="flag")
        session.add(source)
        session.commit()
        return source


def start(sessions: SessionFactory, source: Source, now: datetime) -> Run:
    with sessions() as session:
        run = runs.start(session, source, trigger="test", now=now, lease=LEASE)
        session.commit()
        return run


@pytest.mark.parametrize(
    ("counts", "is_complete", "reason", "state"),
    [
        ({"created": 3}, True, "", RunState.SUCCEEDED),
        ({"unchanged": 3, "quarantined": 9}, True, "", RunState.SUCCEEDED),
        ({}, True, "", RunState.SUCCEEDED),
        ({"created": 3, "rejected": 1}, True, "", RunState.PARTIAL),
        ({"created": 3, "failed_resources": 1}, True, "", RunState.PARTIAL),
        ({"created": 3}, False, "count-mismatch", RunState.PARTIAL),
        ({}, False, "connection", RunState.FAILED),
        ({"rejected": 3}, True, "", RunState.FAILED),
        ({"unchanged": 2}, True, "source-shrunk", RunState.NEEDS_CONFIRMATION),
        ({"created": 2}, False, "cancelled", RunState.CANCELLED),
    ],
)
def test_state_follows_from_the_counts(
    counts: dict[str, int], is_complete: bool, reason: str, state: RunState
) -> None:
    assert runs.state_of(counts, is_complete=is_complete, reason=reason) == state


@pytest.mark.parametrize(
    ("states", "held", "code"),
    [
        (["succeeded"], 0, ExitCode.WELL),
        (["succeeded"], 1, ExitCode.WAITS),
        (["needs-confirmation"], 0, ExitCode.WAITS),
        (["succeeded", "partial"], 1, ExitCode.PARTIAL),
        (["failed", "partial"], 0, ExitCode.FAILED),
        (["cancelled"], 0, ExitCode.FAILED),
        ([], 0, ExitCode.WELL),
    ],
)
def test_exit_code_tells_the_worst(states: list[str], held: int, code: ExitCode) -> None:
    reason = {"needs-confirmation": "source-shrunk"}
    ended = [Run(state=s, counts={"held": held}, reason=reason.get(s, "")) for s in states]
    assert runs.exit_code(ended) == code


def test_second_start_is_refused(sessions: SessionFactory, source: Source, now: datetime) -> None:
    start(sessions, source, now)
    with pytest.raises(AlreadyRunning):
        start(sessions, source, now)


def test_of_many_at_once_exactly_one_runs(
    sessions: SessionFactory, source: Source, now: datetime
) -> None:
    barrier = Barrier(8)

    def attempt(_: int) -> bool:
        barrier.wait()
        try:
            start(sessions, source, now)
        except AlreadyRunning:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_run_whose_lease_ended_is_closed_as_lost(
    sessions: SessionFactory, source: Source, now: datetime
) -> None:
    first = start(sessions, source, now)
    start(sessions, source, now + LEASE + timedelta(seconds=1))
    with sessions() as session:
        lost = session.get_one(Run, first.id)
        assert (lost.state, lost.reason) == ("failed", "lost-worker")


def test_worker_that_was_taken_for_dead_can_write_nothing(
    sessions: SessionFactory, source: Source, now: datetime
) -> None:
    first = start(sessions, source, now)
    start(sessions, source, now + LEASE + timedelta(seconds=1))
    with sessions() as session, pytest.raises(LeaseLost):
        runs.hold_fence(session, first.id, fence=first.fence)


def test_lease_of_a_lost_run_is_not_renewed(
    sessions: SessionFactory, source: Source, now: datetime
) -> None:
    first = start(sessions, source, now)
    start(sessions, source, now + LEASE + timedelta(seconds=1))
    with sessions() as session:
        assert not runs.renew(session, first.id, fence=first.fence, until=now)


def test_failing_since_is_the_start_of_the_present_row_of_failures(
    sessions: SessionFactory, source: Source, now: datetime
) -> None:
    with sessions() as session:
        for day, state in enumerate(["failed", "succeeded", "partial", "failed"]):
            at = now + timedelta(days=day)
            session.add(
                Run(
                    source_id=source.id,
                    trigger="test",
                    state=state,
                    fence=day,
                    lease_until=at,
                    started_at=at,
                    counts={},
                )
            )
        session.commit()
        failing = runs.failing_since(session, source)
    assert failing is not None
    assert failing[0] == now + timedelta(days=2)


@pytest.mark.parametrize(
    ("later", "told"),
    [((), ["source.recovered"]), (("cancelled",), ["source.recovered"]), (("failed",), [])],
)
def test_confirmed_run_tells_that_the_source_is_well_unless_a_later_one_says_otherwise(
    sessions: SessionFactory, source: Source, later: tuple[str, ...], told: list[str]
) -> None:
    with sessions() as session:
        make_run(session, source)
        run = make_run(session, source, "needs-confirmation", reason="source-shrunk")
        for state in later:
            make_run(session, source, state)
        runs.confirmed(session, run, counts={"absent": 8}, actor="cli:an")
        session.commit()
        assert (run.state, run.reason, run.counts) == ("succeeded", "", {"absent": 8})
        found = session.scalars(select(Event).where(Event.subject_kind == "source")).all()
    assert [event.kind for event in found] == told
    assert {event.actor for event in found} <= {"cli:an"}
