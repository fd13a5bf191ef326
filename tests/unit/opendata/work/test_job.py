"""The job: what it does with sources that are gone, off, busy, failing, or cut short."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from opendata.database import SessionFactory
from opendata.models import Run, Source
from opendata.pipeline.lease import held
from opendata.work.job import harvest
from opendata.work.workplace import Workplace
from tests.factories import make_source
from tests.loopback import Loopback
from tests.unit.opendata.work.conftest import Clock


@pytest.fixture
def source(sessions: SessionFactory, source_site: Loopback, clock: Clock) -> Source:
    with sessions() as session:
        source = make_source(session, "bo", schedule="0 * * * *")
        source.kind, source.url = "file_list", source_site.url + "/list.csv"
        source.next_run_at = clock.now + timedelta(hours=1)
        session.commit()
        return source


def all_runs(sessions: SessionFactory) -> list[Run]:
    with sessions() as session:
        return list(session.scalars(select(Run).order_by(Run.id)))


def next_run(sessions: SessionFactory, source: Source) -> timedelta:
    with sessions() as session:
        found = session.get_one(Source, source.id)
        assert found.next_run_at
        assert source.next_run_at
        return found.next_run_at - source.next_run_at + timedelta(hours=1)


def test_source_that_is_gone_ends_quietly(place: Workplace, sessions: SessionFactory) -> None:
    harvest(place, uuid.uuid4())
    assert all_runs(sessions) == []


def test_source_that_was_disabled_meanwhile_ends_quietly(
    place: Workplace, sessions: SessionFactory, source: Source
) -> None:
    with sessions() as session:
        session.get_one(Source, source.id).enabled = False
        session.commit()
    harvest(place, source.id)
    assert all_runs(sessions) == []


def test_source_that_is_harvested_elsewhere_ends_quietly(
    place: Workplace, sessions: SessionFactory, source: Source
) -> None:
    with held(place.tools, source, trigger="test", on_lost=lambda: None):
        harvest(place, source.id)
    assert len(all_runs(sessions)) == 1


def test_failing_source_is_tried_again_sooner(
    place: Workplace, sessions: SessionFactory, source: Source
) -> None:
    harvest(place, source.id)
    assert [(run.state, run.trigger) for run in all_runs(sessions)] == [("failed", "schedule")]
    assert next_run(sessions, source) == timedelta(minutes=15)
    harvest(place, source.id)
    assert next_run(sessions, source) == timedelta(minutes=30)


def test_job_taken_in_the_moment_of_the_end_is_given_back(
    place: Workplace, sessions: SessionFactory, source: Source
) -> None:
    place.tools.stop.set()
    harvest(place, source.id)
    assert all_runs(sessions) == []
    assert next_run(sessions, source) == timedelta(0)
