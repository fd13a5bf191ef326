"""A rebuild: the same bytes through a better reader, without asking the source."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from opendata.models import Build, Resource, Run, Version
from opendata.pipeline import prepare, register
from opendata.pipeline.rebuild import rebuild
from opendata.services import sources
from opendata.storage import ORIGINALS
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback


@pytest.fixture
def filled(instance: Instance, source_site: Loopback) -> Instance:
    source_site.put("/so-lieu.csv", "ma,so\n001,5\n002,7\n")
    row = "a,Bộ dữ liệu,,Bộ Tài chính,cc-by-4.0,f,Tệp,so-lieu.csv,csv,\n"
    instance.add_source("bo", "file_list", source_site.put("/list.csv", HEADER + row))
    instance.harvest("bo")
    return instance


def run(instance: Instance) -> Run:
    with instance.sessions() as session:
        source = sources.get(session, "bo")
    return rebuild(source, instance.tools, progress=lambda *_: None)


def builds(instance: Instance) -> list[tuple[int, str]]:
    with instance.sessions() as session:
        found = session.execute(select(Build.pipeline_version, Build.state).order_by(Build.id))
        return [tuple(row) for row in found]


def newer_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (prepare, register):
        monkeypatch.setattr(module, "PIPELINE_VERSION", 99)


def test_what_would_come_out_the_same_is_left_alone(
    filled: Instance, source_site: Loopback
) -> None:
    before, asked = builds(filled), len(source_site.asked)
    done = run(filled)
    assert (done.state, done.counts["unchanged"]) == ("succeeded", 1)
    assert (builds(filled), len(source_site.asked)) == (before, asked)


def test_better_reader_makes_a_new_build_of_the_same_version(
    filled: Instance, source_site: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer_reader(monkeypatch)
    asked = len(source_site.asked)
    done = run(filled)
    assert (done.state, done.counts["updated"]) == ("succeeded", 1)
    assert [state for _, state in builds(filled)] == ["superseded", "published"]
    assert len(source_site.asked) == asked
    with filled.sessions() as session:
        assert session.scalars(select(Version.number)).all() == [1]
        resource = session.scalars(select(Resource)).one()
        assert resource.published_build_id == max(session.scalars(select(Build.id)))


def test_rebuild_says_nothing_of_the_source(
    filled: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.sessions() as session:
        before = session.scalars(select(Resource)).one()
    newer_reader(monkeypatch)
    filled.let_pass(days=1)
    done = run(filled)
    with filled.sessions() as session:
        after = session.scalars(select(Resource)).one()
    assert not done.is_complete
    assert (after.last_checked_at, after.validators) == (before.last_checked_at, before.validators)


def test_lost_original_is_told_and_what_is_public_stays(
    filled: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.sessions() as session:
        digest = session.scalars(select(Version.digest)).one()
    filled.store.path(ORIGINALS, digest).unlink()
    newer_reader(monkeypatch)
    done = run(filled)
    assert (done.state, done.counts["failed_resources"]) == ("partial", 1)
    assert [state for _, state in builds(filled)] == ["published"]
