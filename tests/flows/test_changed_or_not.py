"""Asking a source whether a file changed; believing it, but not for ever; asking less often."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from opendata.models import Record, Resource
from tests.instance import Instance
from tests.loopback import Loopback

PRICES = "Bảng giá đất"


@pytest.fixture
def filled(instance: Instance, listing: str, source_site: Loopback) -> Instance:
    source_site.name("/gia-dat.csv", etag='"v1"')
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    return instance


def resource(instance: Instance) -> Resource:
    with instance.sessions() as session:
        return session.scalars(select(Resource).where(Resource.upstream_key == "g")).one()


def test_file_that_did_not_change_is_not_sent_again(filled: Instance) -> None:
    run = filled.harvest("bo")
    assert (run.counts["not_modified"], run.counts["unchanged"]) == (1, 2)


def test_changed_file_is_fetched(filled: Instance, source_site: Loopback) -> None:
    source_site.put("/gia-dat.csv", "ma_tinh;gia\n01;1600\n04;700\n")
    source_site.name("/gia-dat.csv", etag='"v2"')
    assert filled.harvest("bo").counts["versions"] == 1
    assert resource(filled).validators == {"etag": '"v2"'}


def test_validator_that_lies_is_found_by_the_full_check(
    filled: Instance, source_site: Loopback
) -> None:
    """F20: believed between full checks, found out by one, and never believed again."""
    source_site.put("/gia-dat.csv", "ma_tinh;gia\n01;1600\n04;700\n")
    source_site.name("/gia-dat.csv", etag='"v1"')
    assert "versions" not in filled.harvest("bo").counts  # the source is believed
    filled.let_pass(days=8)
    run = filled.harvest("bo")
    assert run.counts["versions"] == 1
    assert resource(filled).validators_lie
    with filled.sessions() as session:
        found = session.scalars(select(Record.problems).where(Record.run_id == run.id)).all()
    assert "validators-lie" in {problem["code"] for problems in found for problem in problems}
    source_site.put("/gia-dat.csv", "ma_tinh;gia\n01;1700\n04;700\n")
    source_site.name("/gia-dat.csv", etag='"v1"')
    assert filled.harvest("bo").counts["versions"] == 1  # never asked with it again


def test_validator_that_changes_alone_makes_no_version(
    filled: Instance, source_site: Loopback
) -> None:
    """F21: identity is the digest of the bytes."""
    source_site.name("/gia-dat.csv", etag='"v2"')
    run = filled.harvest("bo")
    assert run.counts == {"unchanged": 2, "resources": 2}
    assert resource(filled).validators == {"etag": '"v2"'}


def test_lost_file_is_fetched_whatever_the_source_says(filled: Instance) -> None:
    for path in (filled.store.root / "originals").rglob("*"):
        if path.is_file():
            path.unlink()
    run = filled.harvest("bo")
    assert "not_modified" not in run.counts
    assert b"1500" in filled.download(PRICES, "original")


def test_scheduled_run_leaves_alone_what_seldom_changes(filled: Instance) -> None:
    filled.let_pass(days=20)
    filled.harvest("bo")  # not changed for 20 days: next look after two
    run = filled.harvest("bo", trigger="schedule")
    assert run.counts["not_due"] == 2
    filled.let_pass(days=3)
    assert "not_due" not in filled.harvest("bo", trigger="schedule").counts


def test_person_who_harvests_has_everything_looked_at(filled: Instance) -> None:
    filled.let_pass(days=20)
    filled.harvest("bo")
    assert "not_due" not in filled.harvest("bo").counts


def test_changed_metadata_makes_its_files_due(filled: Instance, source_site: Loopback) -> None:
    filled.let_pass(days=20)
    filled.harvest("bo")
    listed = source_site.answers["/list.csv"].body.decode()
    source_site.put("/list.csv", listed.replace(PRICES, "Giá đất năm 2026"))
    assert filled.harvest("bo", trigger="schedule").counts["not_due"] == 1


def test_another_schema_has_every_file_looked_at(filled: Instance) -> None:
    filled.let_pass(days=20)
    filled.harvest("bo")
    filled.change_source("bo", schema="statistical-indicator")
    assert "not_due" not in filled.harvest("bo", trigger="schedule").counts


def test_file_that_waits_is_judged_anew_in_scheduled_runs_too(
    filled: Instance, source_site: Loopback
) -> None:
    source_site.put("/gia-dat.csv", "ma_tinh\n01\n04\n")  # a column is gone
    filled.let_pass(days=20)
    assert filled.harvest("bo").counts["held"] == 1
    assert filled.harvest("bo", trigger="schedule").counts["held"] == 1


def test_files_of_a_linked_source_stay_upstream(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    instance.add_source("bo", "file_list", listing, files="link")
    run = instance.harvest("bo")
    assert (run.state, run.counts) == ("succeeded", {"created": 2})
    assert "/gia-dat.csv" not in source_site.asked
    page = instance.client().get("/dataset/bang-gia-dat")
    assert page.status_code == 200
    assert source_site.url + "/gia-dat.csv" in page.text
    assert instance.harvest("bo").counts == {"unchanged": 2}
