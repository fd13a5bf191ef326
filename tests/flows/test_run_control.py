"""Stopping a run, retrying what failed, and files side by side."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from opendata.errors import Conflict
from opendata.models import Dataset, Run
from opendata.services import run_records, runs, sources
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback


def test_stopped_run_ends_at_once_and_publishes_nothing_half(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    """F68: cancelled during a harvest; a source cannot be removed meanwhile."""
    instance.add_source("bo", "file_list", listing)
    source_site.hold = threading.Event()
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(instance.harvest, "bo")
        while not source_site.asked:
            threading.Event().wait(0.01)
        with instance.sessions() as session:
            with pytest.raises(Conflict):
                sources.remove(session, "bo", actor="cli:an")
            run = session.scalars(select(Run)).one()
            runs.stop(session, run, now=datetime.now(UTC), actor="cli:an")
            session.commit()
        ended = coming.result(20)
    source_site.hold.set()
    assert (ended.state, ended.reason) == ("cancelled", "cancelled")
    assert instance.states() == {}


def test_asked_to_end_a_run_finishes_its_file_and_gives_back_the_rest(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/a.csv", "ma,so\n001,5\n")
    rows = [f"d{i},Bộ {i},,,,f,Tệp,a.csv,csv,\n" for i in range(30)]
    instance.add_source("bo", "file_list", source_site.put("/list.csv", HEADER + "".join(rows)))

    def end_soon(name: str) -> None:
        if name == "register":
            instance.tools.stop.set()

    object.__setattr__(instance.tools, "fault", end_soon)
    run = instance.harvest("bo")
    assert (run.state, run.reason) == ("cancelled", "interrupted")
    assert "active" not in instance.states().values()
    instance.tools.stop.clear()
    object.__setattr__(instance.tools, "fault", lambda name: None)
    assert instance.harvest("bo").state == "succeeded"
    assert set(instance.states().values()) == {"active"}


def test_retry_takes_only_what_failed(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    source_site.fail("/gia-dat.csv", 500)
    instance.add_source("bo", "file_list", listing)
    first = instance.harvest("bo")
    assert first.state == "partial"
    source_site.put("/gia-dat.csv", "ma_tinh;gia\n01;1500\n04;700\n")
    source_site.asked.clear()
    with instance.sessions() as session:
        failed = run_records.not_taken(session, first.id)
    assert failed == {"gia"}
    again = instance.harvest("bo", trigger="retry", only=failed)
    assert (again.state, again.is_complete) == ("succeeded", False)
    assert "/truong.csv" not in source_site.asked
    assert b"1500" in instance.download("Bảng giá đất", "csv")


def test_files_of_one_dataset_made_side_by_side_are_all_told_of(
    instance: Instance, source_site: Loopback
) -> None:
    forms = {"csv": "ma,so\n1,2\n", "json": "[]", "pdf": "%PDF-1.4\n%%EOF"}
    rows = []
    for number, (form, body) in enumerate(forms.items()):
        source_site.put(f"/tep.{form}", body)
        rows.append(f"d,Nhiều tệp,,,,f{number},Tệp {form},tep.{form},{form},\n")
    instance.add_source("bo", "file_list", source_site.put("/list.csv", HEADER + "".join(rows)))
    instance.harvest("bo")
    for form in forms:
        source_site.put(f"/tep.{form}", source_site.answers[f"/tep.{form}"].body + b"\n ")
    instance.harvest("bo")
    with instance.sessions() as session:
        document = session.scalars(select(Dataset)).one().search_document
    assert document is not None
    assert {"csv", "pdf", "parquet"} <= set(document["format"])
