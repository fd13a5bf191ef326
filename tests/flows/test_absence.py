"""What a source no longer lists: absent, in grace, withdrawn, back again; and who may say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from opendata.errors import Conflict
from opendata.models import Dataset, Decision, Record, Resource, Run
from opendata.services import confirmation
from opendata.services.absence import Losses
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback


def put(site: Loopback, *ids: str) -> str:
    """Let the source list these datasets, each with a file."""
    site.put("/so-lieu.csv", "ma,so\n001,5\n002,7\n")
    rows = [f"{i},Bộ dữ liệu {i},,Bộ Tài chính,cc-by-4.0,f,Tệp,so-lieu.csv,csv,\n" for i in ids]
    return site.put("/list.csv", HEADER + "".join(rows))


@pytest.fixture
def filled(instance: Instance, source_site: Loopback) -> Instance:
    instance.add_source("bo", "file_list", put(source_site, "a", "b", "c"))
    instance.harvest("bo")
    return instance


def confirm(instance: Instance, run: Run) -> Losses:
    with instance.sessions() as session:
        found = confirmation.confirm(
            session,
            session.get_one(Run, run.id),
            by="cli:an",
            reason="đã hỏi đơn vị",
            now=instance.tools.clock(),
        )
        session.commit()
        return found


def ids(instance: Instance) -> dict[str, object]:
    with instance.sessions() as session:
        rows = session.execute(select(Dataset.upstream_id, Dataset.id)).all()
        files = session.execute(select(Resource.dataset_id, Resource.id)).all()
    return {**dict(map(tuple, rows)), "files": sorted(map(str, files))}


def test_absent_dataset_is_withdrawn_after_three_runs_and_seven_days(
    filled: Instance, source_site: Loopback
) -> None:
    put(source_site, "a", "b")
    for _ in range(3):
        filled.harvest("bo")
    assert filled.states()["c"] == "absent"  # three runs, but not seven days
    filled.let_pass(days=8)
    run = filled.harvest("bo")
    assert (run.state, run.counts["withdrawn"]) == ("succeeded", 1)
    assert filled.states()["c"] == "withdrawn"
    client = filled.client()
    assert client.get("/dataset/bo-du-lieu-c").status_code == 410
    assert "Bộ dữ liệu c" in client.get("/dataset/bo-du-lieu-c").text
    assert "bo-du-lieu-c" not in client.get("/dataset/").text


def test_seven_days_alone_withdraw_nothing(filled: Instance, source_site: Loopback) -> None:
    put(source_site, "a", "b")
    filled.harvest("bo")
    filled.let_pass(days=30)
    filled.harvest("bo")
    assert filled.states()["c"] == "absent"  # two complete runs only
    filled.harvest("bo")
    assert filled.states()["c"] == "withdrawn"


def test_incomplete_runs_neither_count_nor_withdraw(
    filled: Instance, source_site: Loopback
) -> None:
    put(source_site, "a", "b")
    filled.harvest("bo")
    listed = source_site.answers["/list.csv"].body
    filled.let_pass(days=30)
    for _ in range(5):
        source_site.fail("/list.csv", 500)
        filled.harvest("bo")
    assert filled.states()["c"] == "absent"
    source_site.put("/list.csv", listed)
    filled.harvest("bo")
    assert filled.states()["c"] == "absent"


def test_withdrawn_dataset_that_is_listed_again_comes_back(
    filled: Instance, source_site: Loopback
) -> None:
    before = ids(filled)
    put(source_site, "a", "b")
    filled.harvest("bo")
    filled.let_pass(days=8)
    filled.harvest("bo")
    filled.harvest("bo")
    assert filled.states()["c"] == "withdrawn"
    put(source_site, "a", "b", "c")
    filled.harvest("bo")
    assert (filled.states()["c"], ids(filled)) == ("active", before)
    assert filled.client().get("/dataset/bo-du-lieu-c").status_code == 200


def test_what_a_person_withdrew_stays_withdrawn(filled: Instance) -> None:
    with filled.sessions() as session:
        dataset = session.scalars(select(Dataset).where(Dataset.upstream_id == "c")).one()
        dataset.state, dataset.withdrawn_reason = "withdrawn", "policy-hold"
        session.commit()
    filled.harvest("bo")
    assert filled.states()["c"] == "withdrawn"


def test_too_great_a_loss_waits_until_it_is_confirmed(
    instance: Instance, source_site: Loopback
) -> None:
    names = [f"d{number:02}" for number in range(20)]
    instance.add_source("nhieu", "file_list", put(source_site, *names))
    instance.harvest("nhieu")
    put(source_site, *names[:12])
    run = instance.harvest("nhieu")
    assert (run.state, run.reason) == ("needs-confirmation", "source-shrunk")
    assert set(instance.states().values()) == {"active"}
    found = confirm(instance, run)
    assert len(found.newly_absent) == 8
    assert instance.states()["d19"] == "absent"
    confirmed = instance.run(run.id)
    assert (confirmed.state, confirmed.counts["absent"]) == ("succeeded", 8)
    with instance.sessions() as session:
        decision = session.scalars(select(Decision)).one()
        assert (decision.by, decision.kind) == ("cli:an", "confirm-run")


def test_slow_drain_is_noticed_as_well(instance: Instance, source_site: Loopback) -> None:
    """Few at a time, all within the days of grace: too much in all."""
    names = [f"d{number:02}" for number in range(20)]
    instance.add_source("nhieu", "file_list", put(source_site, *names))
    instance.harvest("nhieu")
    states = []
    for left in (18, 16, 14):
        put(source_site, *names[:left])
        instance.let_pass(days=1)
        run = instance.harvest("nhieu")
        states.append(run.state)
    assert states == ["succeeded", "succeeded", "needs-confirmation"]
    assert "6 of 20" in run.detail
    confirm(instance, run)
    assert instance.harvest("nhieu").state == "succeeded"
    put(source_site, *names[:12])
    assert instance.harvest("nhieu").state == "succeeded"  # counted anew since


def test_confirmed_loss_is_not_asked_for_again_when_grace_ends(
    instance: Instance, source_site: Loopback
) -> None:
    names = [f"d{number:02}" for number in range(20)]
    instance.add_source("nhieu", "file_list", put(source_site, *names))
    instance.harvest("nhieu")
    put(source_site, *names[:12])
    confirm(instance, instance.harvest("nhieu"))
    instance.let_pass(days=8)
    states = [instance.harvest("nhieu").state for _ in range(3)]
    assert states == ["succeeded"] * 3
    assert instance.states()["d19"] == "withdrawn"


def test_empty_source_waits_however_small_it_is(filled: Instance, source_site: Loopback) -> None:
    put(source_site)
    run = filled.harvest("bo")
    assert run.state in ("needs-confirmation", "failed")
    assert set(filled.states().values()) == {"active"}


def test_only_the_newest_run_can_be_confirmed(instance: Instance, source_site: Loopback) -> None:
    names = [f"d{number:02}" for number in range(20)]
    instance.add_source("nhieu", "file_list", put(source_site, *names))
    first = instance.harvest("nhieu")
    with pytest.raises(Conflict, match="waits for nobody"):
        confirm(instance, first)
    put(source_site, *names[:5])
    old = instance.harvest("nhieu")
    instance.harvest("nhieu")
    with pytest.raises(Conflict, match="newer"):
        confirm(instance, old)


def test_confirming_takes_away_only_what_is_still_gone(
    instance: Instance, source_site: Loopback
) -> None:
    names = [f"d{number:02}" for number in range(20)]
    instance.add_source("nhieu", "file_list", put(source_site, *names))
    instance.harvest("nhieu")
    put(source_site, *names[:12])
    run = instance.harvest("nhieu")
    with instance.sessions() as session:
        back = session.scalars(select(Dataset).where(Dataset.upstream_id == "d19")).one()
        back.last_checked_at = datetime.now(UTC) + timedelta(days=1)
        session.commit()
    assert len(confirm(instance, run).newly_absent) == 7


def test_same_identifier_twice_is_reported_and_the_first_counts(
    instance: Instance, source_site: Loopback
) -> None:
    package = {"id": "d1", "title": "Một", "resources": []}
    other = {"id": "d1", "title": "Hai", "resources": []}
    result = {"count": 1, "results": [package, package, other]}
    source_site.put_json("/api/3/action/package_search", {"success": True, "result": result})
    instance.add_source("cong", "ckan", source_site.url)
    run = instance.harvest("cong")
    assert (run.counts["created"], run.counts["duplicates"]) == (1, 1)
    with instance.sessions() as session:
        record = session.scalars(select(Record)).one()
    assert [(p["code"], p["value"]) for p in record.problems] == [("duplicate-id", "Hai")]


def test_source_that_moves_keeps_all_ids(filled: Instance, source_site: Loopback) -> None:
    """F42: no dataset and no file is made anew."""
    before = ids(filled)
    with Loopback() as other:
        moved = put(other, "a", "b", "c")
        http = filled.settings.http
        allowed = (*http.allow_private_hosts, other.url.removeprefix("http://"))
        object.__setattr__(http, "allow_private_hosts", allowed)
        filled.change_source("bo", url=moved)
        run = filled.harvest("bo")
    assert (run.state, run.counts.get("created")) == ("succeeded", None)
    assert ids(filled) == before
