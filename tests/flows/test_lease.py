"""Holding a source: the heartbeat moves the lease, and a killed process frees it at once."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.errors import AlreadyRunning
from opendata.models import Run, Source
from opendata.pipeline.lease import held
from opendata.pipeline.state import Tools
from opendata.services import runs, sources
from opendata.services.sources import SourceChange
from opendata.storage import Store


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
