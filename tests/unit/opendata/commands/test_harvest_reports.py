"""The reports of harvests as an administrator reads them: on the screen bounded, whole in JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from cli import main
from opendata import config
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Run
from tests import factories


def typed(settings: Settings, *words: str) -> Result:
    environment = config.to_environment(settings)
    return CliRunner().invoke(main, ("harvest", *words), env=environment, catch_exceptions=False)


@pytest.fixture
def run(sessions: SessionFactory) -> Run:
    """A run that changed 40 datasets, each with a problem, of a source that fails since."""
    with sessions() as session:
        source = factories.make_source(session, "bo")
        factories.make_run(session, source, counts={"created": 2})
        run = factories.make_run(
            session, source, "partial", counts={"updated": 40}, reason="some-unread"
        )
        dataset = factories.make_dataset(session, source, "Bảng giá")
        problem = {
            "code": "maximum",
            "field": "gia",
            "value": "x" * 300,
            "row": 4,
            "rule": "maximum: 100",
        }
        change = {"field": "title.vi", "before": "Giá", "after": "Bảng giá"}
        for number in range(40):
            factories.make_record(
                session,
                run,
                f"r{number:02}",
                "updated",
                dataset,
                problems=[problem],
                changes=[change],
            )
        factories.make_source(session, "moi", enabled=False)
        session.commit()
        return run


def test_status_says_since_when_and_what_comes_next(settings: Settings, run: Run) -> None:
    shown = typed(settings, "status")
    for words in ("bo", "partial", "by hand", "See each record", "never harvested", "disabled"):
        assert words in shown.output
    failing, new = json.loads(typed(settings, "status", "--json").stdout)
    assert (failing["run"], failing["since"]) == (run.id, run.started_at.isoformat())
    assert (new["run"], new["enabled"]) == (None, False)


def test_show_groups_problems_with_rule_and_fix(settings: Settings, run: Run) -> None:
    shown = typed(settings, "show", str(run.id)).output
    for words in ("40", "maximum: 100", "The value is above the maximum.", "Check the figure"):
        assert words in shown
    assert shown.count("gia (row 4)") == 3
    assert "x" * 200 not in shown
    found = json.loads(typed(settings, "show", str(run.id), "--json").stdout)
    (kind,) = found["kinds"]
    assert (kind["code"], kind["count"]) == ("maximum", 40)
    assert kind["fix"]["vi"] == "Đề nghị kiểm tra số liệu và đơn vị tính."
    assert len(found["problems"]) == 40
    assert found["fix"] == "See each record in the report and mend it at the source."


def test_log_is_newest_first_and_limited(settings: Settings, run: Run) -> None:
    found = json.loads(typed(settings, "log", "bo", "--json").stdout)
    assert [item["state"] for item in found] == ["partial", "succeeded"]
    assert len(json.loads(typed(settings, "log", "--limit", "1", "--json").stdout)) == 1
    assert "30 s" in typed(settings, "log").output
    unknown = typed(settings, "log", "none")
    assert (unknown.exit_code, "There is no source 'none'" in unknown.output) == (1, True)
    assert typed(settings, "log", "--limit", "0").exit_code == 64


def test_diff_is_bounded_on_the_screen_and_whole_in_json(settings: Settings, run: Run) -> None:
    shown = typed(settings, "diff", str(run.id)).output
    assert "the first 30; --json has all" in shown
    assert shown.count("title.vi") == 30
    found = json.loads(typed(settings, "diff", str(run.id), "--json").stdout)
    assert len(found["changes"]) == 40
    assert found["changes"][0]["changes"][0]["before"] == "Giá"


def test_diff_of_a_run_that_changed_nothing(settings: Settings, run: Run) -> None:
    assert "changed nothing" in typed(settings, "diff", str(run.id - 1)).output


@pytest.mark.parametrize("command", ["show", "diff"])
def test_run_that_is_not_there(settings: Settings, run: Run, command: str) -> None:
    result = typed(settings, command, "999")
    assert (result.exit_code, "There is no run 999" in result.output) == (1, True)
