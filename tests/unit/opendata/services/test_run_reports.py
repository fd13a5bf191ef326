"""Where sources stand, their history, and the problems of a run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opendata.database import SessionFactory
from opendata.services import run_reports
from opendata.services.run_reports import Standing
from tests import factories


def standing(sessions: SessionFactory, *states: str) -> Standing:
    """Return where a source stands after runs that ended so, a minute apart."""
    with sessions() as session:
        source = factories.make_source(session)
        for state in states:
            factories.make_run(session, source, state)
        session.commit()
        (found,) = run_reports.standings(session)
        return found


@pytest.mark.parametrize(
    ("states", "minute"),
    [
        ([], None),
        (["succeeded"], None),
        (["failed"], 0),
        (["failed", "succeeded"], None),
        (["succeeded", "failed", "partial", "cancelled", "failed"], 1),
        (["failed", "succeeded", "failed", "running"], 2),
        (["needs-confirmation", "failed", "failed"], 1),
        (["failed", "needs-confirmation", "needs-confirmation"], 1),
        (["cancelled"], None),
    ],
)
def test_since_when_a_source_is_not_well(
    sessions: SessionFactory, states: list[str], minute: int | None
) -> None:
    found = standing(sessions, *states)
    since = None if minute is None else factories.NOW + timedelta(minutes=minute)
    assert found.since == since


def test_newest_run_may_say_nothing(sessions: SessionFactory) -> None:
    found = standing(sessions, "partial", "cancelled", "running")
    assert found.newest is not None
    assert found.concluded is not None
    assert (found.newest.state, found.concluded.state) == ("running", "partial")


def test_history_is_newest_first_and_of_one_source_or_all(sessions: SessionFactory) -> None:
    with sessions() as session:
        a, b = (factories.make_source(session, name) for name in ("a", "b"))
        runs = [factories.make_run(session, source).id for source in (a, b, a)]
        assert [run.id for run in run_reports.history(session, a)] == [runs[2], runs[0]]
        assert len(run_reports.history(session)) == 3
        assert [run.id for run in run_reports.history(session, limit=1)] == [runs[2]]


def test_problems_are_grouped_with_the_most_frequent_first(sessions: SessionFactory) -> None:
    with sessions() as session:
        run = factories.make_run(session, factories.make_source(session))
        date = {"code": "bad-date", "field": "issued", "value": "x", "row": None, "rule": ""}
        for number in range(5):
            factories.make_record(session, run, f"r{number}", "updated", problems=[date])
        title = {**date, "code": "missing-title"}
        factories.make_record(session, run, "s", "rejected", problems=[title, date])
        factories.make_record(session, run, "t", "unchanged")
        groups = run_reports.problem_groups(session, [run.id])
        assert [(group.code, group.count) for group in groups] == [
            ("bad-date", 6),
            ("missing-title", 1),
        ]
        assert [example["record"] for example in groups[0].examples] == ["r0", "r1", "r2"]
        assert groups[0].examples[0]["field"] == "issued"
        assert len(dict(run_reports.problems(session, run.id))) == 6
