"""Harvesting the same thing twice changes nothing: no version, no row, no event, no byte."""

from __future__ import annotations

from sqlalchemy import Table, select

from opendata.models import Base
from tests.instance import Instance
from tests.loopback import Loopback

# Rows of these say that a run took place; they are meant to grow.
_LOGS = {"run", "record"}
# When a file was looked at, and when it is looked at next, is what a look leaves behind.
_MAY_CHANGE = {"last_checked_at", "compared_at", "next_check_at", "fence"}


def snapshot(instance: Instance) -> dict[str, object]:
    """Everything that readers or later runs could notice."""
    with instance.sessions() as session:
        rows = {
            table.name: sorted(str(row) for row in session.execute(select(*_columns(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in _LOGS
        }
    files = {path: path.stat().st_mtime_ns for path in instance.store.root.rglob("*.parquet")}
    # The home page names the last harvest and a dataset page the last check: they may change.
    pages = [instance.client().get(path).data for path in ("/dataset/", "/en/dataset/?q=gia")]
    return {"rows": rows, "files": files, "pages": pages, "index": instance.index.ids()}


def _columns(table: Table) -> list[object]:
    return [column for column in table.columns if column.name not in _MAY_CHANGE]


def test_second_harvest_changes_nothing(instance: Instance, listing: str) -> None:
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    before = snapshot(instance)
    forms = ("original", "parquet", "csv", "json")
    downloads = [instance.download("Bảng giá đất", form) for form in forms]
    run = instance.harvest("bo")
    assert run.counts == {"unchanged": 2, "resources": 2}
    assert snapshot(instance) == before
    assert [instance.download("Bảng giá đất", form) for form in forms] == downloads


def test_changed_file_makes_one_new_version(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    source_site.put("/gia-dat.csv", "ma_tinh;gia\n01;1600\n04;700\n")
    run = instance.harvest("bo")
    assert (run.counts["updated"], run.counts["unchanged"], run.counts["versions"]) == (1, 1, 1)
    assert b"1600" in instance.download("Bảng giá đất", "csv")


def test_changed_title_keeps_the_address(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    changed = source_site.answers["/list.csv"].body.decode().replace("Bảng giá đất", "Giá đất mới")
    source_site.put("/list.csv", changed)
    instance.harvest("bo")
    assert instance.dataset("Giá đất mới").slug == "bang-gia-dat"
    assert "Giá đất mới" in instance.client().get("/dataset/bang-gia-dat").text


def test_dry_run_changes_nothing(instance: Instance, listing: str) -> None:
    instance.add_source("bo", "file_list", listing)
    before = snapshot(instance)
    tally = instance.preview("bo")
    assert tally.counts == {"created": 2}
    assert snapshot(instance) == before
