"""Holding a source: the heartbeat moves the lease, and a killed process frees it at once."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.errors import AlreadyRunning
from opendata.models import Run, Source
from opendata.pipeline.lease import close_lost, give_back, held, lost
from opendata.pipeline.state import Tools
from opendata.services import runs, sources
from opendata.services.sources import SourceChange
from opendata.storage import Store

_KILL_HOLDERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON oid = database"
    " WHERE locktype = 'advisory' AND datname = current_database()"
)


@pytest.fixture
def tools(settings: Settings, sessions: SessionFactory, store: Store) -> Tools:
    short = replace(settings, harvest=replace(settings.harvest, lease_seconds=1))
    return Tools(short, sessions, store, clock=lambda: datetime.now(UTC))


@pytest.fixture
def source(sessions: SessionFactory) -> Source:
    with sessions() as session:
        change = SourceChange(kind="ckan", url="https://x.vn")
        added = sources.add(session, "bo", change, kinds=["ckan"], actor="test")
        session.commit()
        return added


def only_run(sessions: SessionFactory) -> Run:
    with sessions() as session:
        return session.scalars(select(Run)).one()


def test_heartbeat_moves_the_end_of_the_lease(
    tools: Tools, sessions: SessionFactory, source: Source
) -> None:
    with held(tools, source, trigger="test", on_lost=lambda: None):
        first = only_run(sessions).lease_until
        until = time.monotonic() + 10
        while only_run(sessions).lease_until == first and time.monotonic() < until:
            time.sleep(0.05)
        assert only_run(sessions).lease_until > first


def test_source_that_is_held_is_refused_to_others(tools: Tools, source: Source) -> None:
    with (
        held(tools, source, trigger="test", on_lost=lambda: None),
        pytest.raises(AlreadyRunning),
        held(tools, source, trigger="test", on_lost=lambda: None),
    ):
        pass


def test_lock_ends_with_the_run(tools: Tools, sessions: SessionFactory, source: Source) -> None:
    with held(tools, source, trigger="test", on_lost=lambda: None):
        pass
    with sessions() as session:
        locks = session.scalars(text("SELECT objid FROM pg_locks WHERE locktype = 'advisory'"))
        assert locks.all() == []


def test_run_of_a_process_that_is_gone_is_closed_at_once(
    tools: Tools, sessions: SessionFactory, source: Source
) -> None:
    with sessions() as session:
        later = datetime(2099, 1, 1, tzinfo=UTC) - datetime.now(UTC)
        dead = runs.start(session, source, trigger="test", now=datetime.now(UTC), lease=later)
        session.commit()
    with held(tools, source, trigger="test", on_lost=lambda: None) as lease:
        assert lease.run_id != dead.id
    with sessions() as session:
        lost = session.get_one(Run, dead.id)
    assert (lost.state, lost.reason) == ("failed", "lost-worker")


def test_run_learns_that_it_is_no_longer_ours(
    tools: Tools, sessions: SessionFactory, source: Source
) -> None:
    told = threading.Event()
    with held(tools, source, trigger="test", on_lost=told.set) as lease:
        with sessions() as session:
            session.get_one(Run, lease.run_id).state = "cancelled"
            session.commit()
        assert lease.lost.wait(10)
        assert told.wait(10)


def test_lock_comes_back_after_its_connection_was_cut(
    tools: Tools, sessions: SessionFactory, source: Source
) -> None:
    with held(tools, source, trigger="test", on_lost=lambda: None) as lease:
        with sessions() as session:
            killed = session.scalars(_KILL_HOLDERS).all()
        assert killed == [True]
        until = time.monotonic() + 10
        while not lock_is_held(sessions) and time.monotonic() < until:
            time.sleep(0.05)
        assert lock_is_held(sessions)
        assert not lease.lost.is_set()
        with sessions() as session:
            assert lost(session, tools) == []


def test_silent_run_without_its_lock_is_closed_before_its_lease_ends(
    tools: Tools, sessions: SessionFactory, source: Source
) -> None:
    harvest = replace(tools.settings.harvest, lease_seconds=600)
    slow = replace(tools, settings=replace(tools.settings, harvest=harvest))
    with held(slow, source, trigger="test", on_lost=lambda: None) as lease:
        minute_later = replace(slow, clock=lambda: datetime.now(UTC) + timedelta(minutes=1))
        with sessions() as session:
            assert lost(session, minute_later) == []  # silent, but it holds its lock
            session.scalars(_KILL_HOLDERS).all()
        until = time.monotonic() + 10
        while lock_is_held(sessions) and time.monotonic() < until:
            time.sleep(0.01)
        with sessions() as session:
            assert close_lost(session, slow, lease.run_id) is None  # no lock, but it beat just now
            assert [run.id for run in lost(session, minute_later)] == [lease.run_id]
            closed = close_lost(session, minute_later, lease.run_id)
            assert closed
            assert (closed.state, closed.reason) == ("failed", "lost-worker")


def test_process_that_ends_gives_back_what_it_holds(
    tools: Tools, sessions: SessionFactory, source: Source
) -> None:
    with held(tools, source, trigger="test", on_lost=lambda: None), sessions() as session:
        assert len(give_back(session, tools)) == 1
        session.commit()
        run = only_run(sessions)
        assert (run.state, run.reason) == ("cancelled", "interrupted")
    with sessions() as session:
        assert give_back(session, tools) == []


def lock_is_held(sessions: SessionFactory) -> bool:
    with sessions() as session:
        locks = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory'")
        return bool(session.scalars(locks).all())
