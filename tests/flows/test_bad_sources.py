"""A source that is down or lies costs nothing: the last good build stays, byte for byte."""

from __future__ import annotations

import hashlib
import random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from opendata.models import BlockedDigest, Build, Dataset, Decision, Record, Resource
from opendata.records import LONGEST_ID, short_id
from opendata.services import run_records, runs
from tests.flows.conftest import HEADER
from tests.instance import START, Instance
from tests.loopback import Loopback

PRICES = "Bảng giá đất"
# Within the metadata profile, but more bytes than an index entry of PostgreSQL can hold.
_chance = random.Random(1)
TOO_LONG_FOR_AN_INDEX = "".join(chr(_chance.randrange(0x4E00, 0x9FFF)) for _ in range(1_900))
HTML = b"<!doctype html><html><body>Please log in</body></html>"


@pytest.fixture
def filled(instance: Instance, listing: str) -> Instance:
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    return instance


def test_source_that_is_down_fails_the_run(filled: Instance, source_site: Loopback) -> None:
    before = filled.download(PRICES, "parquet")
    source_site.fail("/list.csv", 503)
    run = filled.harvest("bo")
    assert (run.state, run.reason) == ("failed", "unexpected-status")
    assert runs.exit_code([run]) == 1
    assert filled.download(PRICES, "parquet") == before


def test_html_in_place_of_the_list_fails_the_run(filled: Instance, source_site: Loopback) -> None:
    source_site.put("/list.csv", HTML, "text/html")
    run = filled.harvest("bo")
    assert run.state == "failed"
    assert run.reason in ("unexpected-type", "bad-list")
    assert filled.client().get("/dataset/bang-gia-dat").status_code == 200


def test_html_in_place_of_a_file_makes_the_run_partial(
    filled: Instance, source_site: Loopback
) -> None:
    before = filled.download(PRICES, "csv"), filled.download(PRICES, "original")
    source_site.put("/gia-dat.csv", HTML)
    run = filled.harvest("bo")
    assert run.state == "partial"
    assert runs.exit_code([run]) == 2
    assert (filled.download(PRICES, "csv"), filled.download(PRICES, "original")) == before
    with filled.sessions() as session:
        resource = session.scalars(select(Resource).where(Resource.url.contains("gia-dat"))).one()
    assert resource.last_reason == "unexpected-type"
    assert resource.failing_since is not None


def test_file_that_is_well_again_clears_the_failure(
    filled: Instance, source_site: Loopback
) -> None:
    good = source_site.answers["/gia-dat.csv"]
    source_site.fail("/gia-dat.csv", 404)
    filled.harvest("bo")
    source_site.answers["/gia-dat.csv"] = good
    assert filled.harvest("bo").state == "succeeded"
    with filled.sessions() as session:
        assert set(session.scalars(select(Resource.last_reason))) == {""}


def test_broken_rows_are_set_aside_and_counted(instance: Instance, source_site: Loopback) -> None:
    rows = "".join(f"D{n:02},Chỉ số,VN,2021,{n},lượt,final,\n" for n in range(40))
    source_site.put(
        "/so-lieu.csv",
        "indicator_code,indicator_name,area_code,period,value,unit,status,note\n"
        + rows
        + "D90,Chỉ số,VN,2021,khoảng 6.800,lượt,final,\n",
    )
    url = source_site.put(
        "/list2.csv",
        HEADER + "s,Số liệu,,Bộ Y tế,,f,Số liệu,so-lieu.csv,csv,statistical-indicator\n",
    )
    instance.add_source("so-lieu", "file_list", url)
    run = instance.harvest("so-lieu")
    assert (run.state, run.counts["quarantined"]) == ("succeeded", 1)
    with instance.sessions() as session:
        build = session.scalars(select(Build).options(undefer(Build.report))).one()
    assert (build.state, build.reasons) == ("flagged", ["policy-flag"])
    assert (build.rows_read, build.rows_accepted, build.rows_quarantined) == (41, 40, 1)
    sample = build.report["tables"][0]["samples"][0]
    assert sample == {
        "row": 41,
        "column": "value",
        "code": "type",
        "value": "khoảng 6.800",
        "rule": "type: number",
    }


def test_file_with_too_many_bad_rows_waits_and_the_old_one_stays(
    filled: Instance, source_site: Loopback
) -> None:
    before = filled.download(PRICES, "parquet")
    source_site.put("/gia-dat.csv", "ma_tinh;gia\n01;a;b\n04;c;d\n05;1\n")
    run = filled.harvest("bo")
    assert run.counts["held"] == 1
    assert runs.exit_code([run]) == 3
    assert filled.download(PRICES, "parquet") == before


def test_renamed_column_waits_and_the_old_one_stays(
    filled: Instance, source_site: Loopback
) -> None:
    before = filled.download(PRICES, "parquet")
    source_site.put("/gia-dat.csv", "tinh;gia\n01;1500\n04;700\n")
    filled.harvest("bo")
    with filled.sessions() as session:
        newest = session.scalars(select(Build).order_by(Build.id.desc())).first()
    assert newest is not None
    assert (newest.state, newest.reasons[0]) == ("held", "contract-broken")
    assert filled.download(PRICES, "parquet") == before


def test_source_that_lists_nothing_any_more_waits_for_a_person(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "a,b\n1,2\n")
    rows = [f"d{n},Bộ dữ liệu {n},,,,f{n},Tệp,a.csv,csv,\n" for n in range(10)]
    url = source_site.put("/list3.csv", HEADER + "".join(rows))
    instance.add_source("nhieu", "file_list", url)
    assert instance.harvest("nhieu").state == "succeeded"
    source_site.put("/list3.csv", HEADER + "".join(rows[:2]))
    run = instance.harvest("nhieu")
    assert (run.state, run.reason) == ("needs-confirmation", "source-shrunk")
    assert runs.exit_code([run]) == 3
    with instance.sessions() as session:
        assert set(session.scalars(select(Dataset.state))) == {"active"}


def test_dataset_no_longer_listed_is_absent_but_public(
    filled: Instance, source_site: Loopback
) -> None:
    lines = source_site.answers["/list.csv"].body.decode().splitlines(keepends=True)
    source_site.put("/list.csv", "".join(lines[:2]))
    assert filled.harvest("bo").counts["absent"] == 1
    assert filled.dataset(PRICES).state == "absent"
    assert filled.client().get("/dataset/bang-gia-dat").status_code == 200
    source_site.put("/list.csv", "".join(lines))
    filled.harvest("bo")
    assert filled.dataset(PRICES).state == "active"


def test_record_without_title_costs_that_record_only(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "a,b\n1,2\n")
    url = source_site.put(
        "/list4.csv",
        HEADER + "d1,Một,,,,f1,Tệp,a.csv,csv,\n" + "d2,,,,,f2,Tệp,a.csv,csv,\n",
    )
    instance.add_source("le", "file_list", url)
    run = instance.harvest("le")
    assert (run.state, run.counts["created"], run.counts["rejected"]) == ("partial", 1, 1)
    with instance.sessions() as session:
        rejected = session.scalars(select(Record).where(Record.outcome == "rejected")).one()
    assert rejected.problems[0]["code"] == "missing-title"


def test_record_that_the_database_refuses_costs_that_record_only(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "a,b\n1,2\n")
    url = source_site.put(
        "/list5.csv",
        HEADER.replace("publisher", "publisher,publisher_code")
        + f"d1,Một,,Bộ,{TOO_LONG_FOR_AN_INDEX},,f1,Tệp,a.csv,csv,\n"
        + "d2,Hai,,,,,f2,Tệp,a.csv,csv,\n",
    )
    instance.add_source("dai", "file_list", url)
    run = instance.harvest("dai")
    assert (run.state, run.counts["created"]) == ("partial", 1)
    assert instance.dataset("Hai").state == "active"


def test_records_with_very_long_identifiers_are_set_aside_one_by_one(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "a,b\n1,2\n")
    long = "x" * LONGEST_ID
    row = "{0},{0:.1}{1},,,,f,Tệp,a.csv,csv,\n".format
    rows = row(f"{long}1", 1) + row(f"{long}2", 2) + row(long, 3) + row("d", 4)
    instance.add_source("dai", "file_list", source_site.put("/list5.csv", HEADER + rows))
    assert instance.preview("dai").counts == {"rejected": 2, "created": 2}
    first = instance.harvest("dai")
    assert (first.state, first.counts["created"], first.counts["rejected"]) == ("partial", 2, 2)
    with instance.sessions() as session:
        rejected = session.scalars(select(Record).where(Record.outcome == "rejected")).all()
        failed = run_records.not_taken(session, first.id)
    assert [record.problems[0]["code"] for record in rejected] == ["long-id"] * 2
    assert failed == {short_id(f"{long}1"), short_id(f"{long}2")}
    again = instance.harvest("dai", trigger="retry", only=failed)
    assert again.counts["rejected"] == 2


def test_record_without_identifier_lets_nothing_be_concluded(
    filled: Instance, source_site: Loopback
) -> None:
    changed = source_site.answers["/list.csv"].body.decode().replace("\ngia,", "\n,")
    source_site.put("/list.csv", changed)
    assert filled.harvest("bo").state == "partial"
    assert filled.dataset(PRICES).state == "active"


def test_list_that_became_empty_is_not_believed(filled: Instance, source_site: Loopback) -> None:
    source_site.put("/list.csv", HEADER)
    run = filled.harvest("bo")
    assert runs.exit_code([run]) in (1, 3)
    assert filled.dataset(PRICES).state == "active"


def test_what_waits_is_judged_anew_when_the_policy_changes(
    instance: Instance, listing: str
) -> None:
    instance.add_source("bo", "file_list", listing, policy="hold")
    assert runs.exit_code([instance.harvest("bo")]) == 3
    assert runs.exit_code([instance.harvest("bo")]) == 3
    assert instance.client().get("/dataset/bang-gia-dat").status_code == 404
    instance.change_source("bo", policy="flag")
    assert runs.exit_code([instance.harvest("bo")]) == 0
    assert instance.client().get("/dataset/bang-gia-dat").status_code == 200
    assert b"1500" in instance.download(PRICES, "csv")


def test_blocked_bytes_are_neither_kept_nor_shown(filled: Instance, source_site: Loopback) -> None:
    before = filled.download(PRICES, "original")
    evil = b"ma_tinh;gia\n01;666\n"
    source_site.put("/gia-dat.csv", evil)
    digest = hashlib.sha256(evil).hexdigest()
    with filled.sessions() as session:
        decision = Decision(
            at=START, by="test", kind="block", reason="x", subject_kind="digest", subject_id=digest
        )
        session.add(decision)
        session.flush()
        session.add(BlockedDigest(digest=digest, decision_id=decision.id))
        session.commit()
    filled.harvest("bo")
    assert filled.download(PRICES, "original") == before
    assert not list(filled.store.root.rglob(digest))


def test_claimed_date_of_the_source_is_kept_up_to_date(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "a,b\n1,2\n")
    head = "dataset_id,title,modified,file_url\n"
    url = source_site.put("/list6.csv", head + "d,Một,2025-01-01,a.csv\n")
    instance.add_source("ngay", "file_list", url)
    instance.harvest("ngay")
    source_site.put("/list6.csv", head + "d,Một,2025-06-01,a.csv\n")
    instance.harvest("ngay")
    claimed = instance.dataset("Một").upstream_modified_at
    assert claimed is not None
    assert claimed.month in (5, 6)


def test_public_source_cannot_lead_into_the_own_network(
    instance: Instance, source_site: Loopback
) -> None:
    """The list lies at an address that is not one of the named ones, its file at one that is."""
    hidden = source_site.put("/secret.csv", "a,b\n1,2\n")
    with Loopback() as other:
        url = other.put("/list.csv", HEADER + f"d,Một,,,,f,Tệp,{hidden},csv,\n")
        instance.add_source("ngoai", "file_list", url)
        run = instance.harvest("ngoai")
    assert run.state == "failed"
    assert run.reason in ("forbidden-address", "forbidden-port")
    assert source_site.asked == []


def test_schema_named_and_taken_back_leaves_nothing_waiting(
    filled: Instance, source_site: Loopback
) -> None:
    before = filled.download(PRICES, "parquet")
    filled.change_source("bo", schema="administrative-unit")
    assert runs.exit_code([filled.harvest("bo")]) == 3
    filled.change_source("bo", schema="")
    filled.harvest("bo")
    run = filled.harvest("bo")
    assert (run.counts, runs.exit_code([run])) == ({"unchanged": 2, "resources": 2}, 0)
    with filled.sessions() as session:
        assert not session.scalars(select(Build).where(Build.state == "held")).all()
    assert filled.download(PRICES, "parquet") == before


def test_source_that_names_all_its_datasets_anew_waits_for_a_person(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "a,b\n1,2\n")
    old = "".join(f"d{n},Bộ {n},,,,f{n},Tệp,a.csv,csv,\n" for n in range(3))
    url = source_site.put("/list7.csv", HEADER + old)
    instance.add_source("ba", "file_list", url)
    instance.harvest("ba")
    source_site.put("/list7.csv", HEADER + old.replace("d", "x"))
    run = instance.harvest("ba")
    assert (run.state, run.reason) == ("needs-confirmation", "source-shrunk")


def test_dry_run_survives_a_record_that_the_database_refuses(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "a,b\n1,2\n")
    header = HEADER.replace("publisher", "publisher,publisher_code")
    rows = f"d1,Một,,Bộ,{TOO_LONG_FOR_AN_INDEX},,f1,Tệp,a.csv,csv,\nd2,Hai,,,,,f2,Tệp,a.csv,csv,\n"
    instance.add_source("dai", "file_list", source_site.put("/list8.csv", header + rows))
    assert instance.preview("dai").counts == {"failed": 1, "created": 1}
