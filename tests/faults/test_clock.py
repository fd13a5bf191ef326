"""Our clock jumps: what comes after what goes by number, and nothing is concluded from dates that
cannot be. F70; that deadlines are monotonic is in tests/unit/opendata/transport."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from opendata.models import Resource, Run, Version
from opendata.services import run_reports, runs, sources
from tests.faults import wholeness
from tests.faults.wholeness import NEW, prices_are
from tests.instance import Instance
from tests.loopback import Loopback

YEAR = timedelta(days=365).total_seconds()


def jump(instance: Instance, seconds: float) -> None:
    """Put the clock of the machine forward, or back."""
    instance.looks += int(seconds)


@pytest.mark.parametrize("way", [-YEAR, YEAR])
def test_f70_versions_and_runs_go_by_number(changed: Instance, way: float) -> None:
    """F70: the last run and the newest version are those that came last, whatever their dates."""
    jump(changed, way)
    second = changed.harvest("bo")
    assert second.state == "succeeded"
    prices_are(changed, NEW)
    with changed.sessions() as session:
        (standing,) = run_reports.standings(session)
        assert standing.newest is not None
        assert standing.newest.id == second.id
        numbers = select(Version.number).join(Resource).where(Resource.url.contains("gia-dat"))
        assert session.scalars(numbers.order_by(Version.id)).all() == [1, 2]
    wholeness.check(changed)
    jump(changed, -way)
    wholeness.next_run_is_whole(changed)


def test_f70_failures_are_told_by_the_last_run(changed: Instance, source_site: Loopback) -> None:
    """F70: a source that fails since the clock was put back is failing."""
    jump(changed, -YEAR)
    source_site.fail("/list.csv", 500)
    failed = changed.harvest("bo")
    with changed.sessions() as session:
        since = runs.failing_since(session, sources.get(session, "bo"))
    assert since is not None
    assert since[1].id == failed.id


def test_f70_run_from_the_future_does_not_hold_its_source(changed: Instance) -> None:
    """F70: a killed run whose lease ends in a year is closed by the next one all the same."""
    jump(changed, YEAR)
    with changed.sessions() as session:
        source = sources.get(session, "bo")
        now = changed.tools.clock()
        lost = runs.start(session, source, trigger="test", now=now, lease=timedelta(minutes=2))
        session.commit()
    jump(changed, -YEAR)
    wholeness.next_run_is_whole(changed)
    assert changed.run(lost.id).reason == "lost-worker"


@pytest.mark.parametrize("way", [-YEAR, YEAR])
def test_f70_absence_counts_runs_not_dates(
    changed: Instance, source_site: Loopback, way: float
) -> None:
    """F70: however the clock is put, a dataset is withdrawn after three runs without it at most
    as soon as with a right clock, and it comes back as ever."""
    whole = source_site.answers["/list.csv"].body.decode()
    source_site.put("/list.csv", whole[: whole.index("gia,Bảng")])
    jump(changed, way)
    changed.harvest("bo")
    assert changed.states() == {"truong": "active", "gia": "absent"}
    jump(changed, -way)
    changed.harvest("bo")
    assert changed.states()["gia"] == "absent"
    source_site.put("/list.csv", whole)
    changed.harvest("bo")
    assert changed.states() == {"truong": "active", "gia": "active"}
    wholeness.next_run_is_whole(changed)


def scheduled_again(instance: Instance, source_site: Loopback) -> Run:
    """Run as the schedule does; says in `asked` what the source was asked for."""
    source_site.asked.clear()
    return instance.harvest("bo", trigger="schedule")


def test_f70_file_is_due_though_its_next_look_was_set_by_a_wrong_clock(
    changed: Instance, source_site: Loopback
) -> None:
    """F70: else a clock that was a year ahead would keep every file unread for a year."""
    jump(changed, YEAR)
    changed.harvest("bo")
    changed.let_pass(days=30)
    changed.harvest("bo")
    jump(changed, -YEAR)
    assert scheduled_again(changed, source_site).counts.get("not_due") is None
    assert "/gia-dat.csv" in source_site.asked


def test_f70_source_is_not_believed_for_a_year(changed: Instance, source_site: Loopback) -> None:
    """F70: nor does the full check wait for the day that the wrong clock showed."""
    source_site.name("/gia-dat.csv", etag='"1"')
    jump(changed, YEAR)
    changed.harvest("bo")
    jump(changed, -YEAR)
    run = changed.harvest("bo")
    assert run.counts.get("not_modified") is None
    wholeness.check(changed)
