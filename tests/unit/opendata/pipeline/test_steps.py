"""The two steps as the chain calls them."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, cast

import pytest

from opendata.config import Settings
from opendata.errors import SourceFailure
from opendata.pipeline.check_file import check_file
from opendata.pipeline.detect import detect
from opendata.pipeline.state import Lease, Policy, Tools, Work
from opendata.pipeline.tabulate import tabulate
from opendata.records import Distribution

NOTHING = cast("Any", None)
TOOLS = Tools(settings=Settings(), sessions=NOTHING, store=NOTHING, clock=NOTHING)


def work_of(content: bytes, folder: Path, url: str = "http://source/file.csv") -> Work:
    spool = folder / "spool"
    spool.write_bytes(content)
    return Work(
        resource_id=uuid.UUID(int=1),
        dataset_id=uuid.UUID(int=2),
        distribution=Distribution(url=url),
        harvester=NOTHING,
        lease=Lease(run_id=1, fence=1),
        policy=Policy("publish", 5.0, 10.0, 5),
        folder=folder,
        actor="test",
        spool=spool,
    )


def test_table_goes_through_both_steps(tmp_path: Path) -> None:
    work = tabulate(detect(work_of(b"id;ten\n1;a\n", tmp_path), TOOLS), TOOLS)
    assert work.shape is not None
    assert (work.shape.format, work.shape.tables[0].delimiter) == ("csv", ";")
    assert work.tables[0].rows_accepted == 1
    assert work.tables[0].parquet.parent == tmp_path


def test_file_that_is_no_table_keeps_its_bytes_and_has_no_tables(tmp_path: Path) -> None:
    work = tabulate(detect(work_of(b"%PDF-1.7", tmp_path), TOOLS), TOOLS)
    assert work.shape is not None
    assert (work.shape.reason, work.tables) == ("not-tabular", ())


def test_failure_names_the_address(tmp_path: Path) -> None:
    with pytest.raises(SourceFailure, match="http://source/file.csv"):
        detect(work_of(b"<html>", tmp_path), TOOLS)


def test_local_file_is_checked_without_anything_else(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("id,ten\n1,a\n2\n")
    shape, (table,) = check_file(path, None, Settings())
    assert shape.format == "csv"
    assert (table.rows_read, table.rows_quarantined) == (2, 1)
    assert list(tmp_path.iterdir()) == [path]
    assert not table.parquet.exists()
