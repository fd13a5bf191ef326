"""What a process may use up or die of: memory, crashes, open files, threads. F71, F72, F73.

Text in rows is parsed in the harvesting process: what bounds that are the limits on columns, lines
and bytes, and what saves the rest when it dies is what saves it from kill -9 (F50, F51). Other
formats are parsed in a child with limits of its own.
"""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import xlsxwriter
from sqlalchemy import select

from opendata.models import Run
from opendata.services import store_care
from opendata.storage import Store
from opendata.vocabulary import REASONS
from tests.faults import harvest_child, wholeness
from tests.faults.wholeness import NEW, OLD, prices_are
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback


def put_files(site: Loopback, count: int) -> str:
    """Let the source list so many datasets with a file each."""
    rows = []
    for number in range(count):
        site.put(f"/{number}.csv", f"ma,so\n{number:03},5\n")
        rows.append(f"d{number},Bộ {number},,,,f,Tệp,{number}.csv,csv,\n")
    return site.put("/list.csv", HEADER + "".join(rows))


@pytest.mark.parametrize("limit", [12, 64])
def test_f73_few_files_may_be_open(instance: Instance, source_site: Loopback, limit: int) -> None:
    """F73: 64 are enough for a harvest of 40 files; too few end it in a sentence."""
    instance.add_source("bo", "file_list", put_files(source_site, 40))
    ended = harvest_child.harvest(instance.settings, open_files=limit)
    assert ended.exit_code == 0
    if limit == 64:
        assert ended.state == "succeeded", ended.detail
    else:
        assert (ended.state, ended.reason in REASONS) == ("failed", True)
        assert "ulimit -n" in ended.detail or ended.reason != "storage"
        sweep(instance)
        assert instance.harvest("bo").state == "succeeded"
    wholeness.check(instance)


def sweep(instance: Instance) -> None:
    """Collect what is old two days later: to remove a work folder, a file must be opened, too."""
    with instance.sessions() as session:
        store_care.collect(
            session,
            instance.store,
            data_path=instance.settings.data_path,
            now=datetime.now(UTC) + timedelta(days=2),
            older_than=timedelta(days=1),
        )


def workbook(*cells: str) -> bytes:
    """A spreadsheet with something in these cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("A")
    for cell in cells:
        sheet.write(cell, "x")
    book.close()
    return out.getvalue()


def put_hostile_files(site: Loopback) -> str:
    """Let the source list files that would take gigabytes, and an honest one."""
    bodies = {
        "gia-dat.csv": NEW,
        "corner.xlsx": workbook("A1", "XFD1048576"),
        "columns.csv": ",".join(f"c{n}" for n in range(200_000)).encode() + b"\n1\n",
        "line.csv": b"a,b\n1," + b"x" * 12_000_000 + b"\n",
        "quote.csv": b'a,b\n1,"x\n' + b"2,y\n" * 500_000,
    }
    rows = []
    for name, body in bodies.items():
        site.put(f"/{name}", body, "application/octet-stream")
        form = name.rpartition(".")[2]
        rows.append(f"{name},Bảng giá đất {name},,,,f,Tệp,{name},{form},\n")
    return site.put("/list.csv", HEADER + "".join(rows))


def test_f71_files_that_want_memory_get_little(instance: Instance, source_site: Loopback) -> None:
    """F71: each is refused by a limit or kept as it is; the honest one beside them is published."""
    instance.add_source("bo", "file_list", put_hostile_files(source_site))
    ended = harvest_child.harvest(instance.settings)
    assert (ended.exit_code, ended.state) == (0, "partial"), ended.detail
    assert ended.megabytes < 700
    assert instance.download("Bảng giá đất gia-dat.csv", "original") == NEW
    wholeness.check(instance)


def test_f71_memory_runs_out(changed: Instance, source_site: Loopback) -> None:
    """F71: whichever way the process ends then, nothing half-made is seen; the next is whole."""
    rows = b"".join(b"%06d;%d\n" % (n, n * 7919 % 10_007) for n in range(500_000))
    source_site.put("/truong.csv", b"ma_tinh;gia\n" + rows)
    ended = harvest_child.harvest(changed.settings, more_memory=8 * 1024**2)
    assert ended.state != "succeeded"
    prices_are(changed, OLD, NEW)
    sweep(changed)
    wholeness.next_run_is_whole(changed)


def test_f72_parser_crashes(changed: Instance) -> None:
    """F72: a fault in machine code takes the process; the run is closed by the next one."""
    assert harvest_child.harvest(changed.settings, crash_at="tabulate").exit_code < 0
    prices_are(changed, OLD, NEW)
    sweep(changed)
    wholeness.next_run_is_whole(changed)
    with changed.sessions() as session:
        assert session.scalars(select(Run.reason).order_by(Run.id)).all() == ["", "lost-worker", ""]


def open_files(instance: Instance) -> int:
    """Return how many files this process holds open; connections that wait in the pool apart."""
    instance.sessions.kw["bind"].dispose()
    return len(os.listdir("/proc/self/fd"))


def test_f73_harvests_leave_no_file_and_no_thread(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    """F73: thirty harvests, well and ill, in one process: no more files and threads than before.

    There may be fewer: what an earlier answer still held when they were counted first is gone.
    """
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    files, threads = open_files(instance), threading.active_count()

    def full(name: str) -> None:
        if name == "store-written":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    ill = Store(instance.settings.store_path, full)
    states = set()
    for number in range(30):
        if number % 5 == 3:
            source_site.fail("/gia-dat.csv", 500)
        else:
            source_site.put("/gia-dat.csv", f"ma_tinh;gia\n01;{number}\n04;800\n")
        object.__setattr__(instance.tools, "store", ill if number % 5 == 1 else instance.store)
        states.add(instance.harvest("bo").state)
    assert states == {"succeeded", "partial", "failed"}
    # The source is in this process, too: its last answers may be on their way out.
    for _ in range(500):
        if open_files(instance) <= files and threading.active_count() <= threads:
            break
        time.sleep(0.02)
    assert open_files(instance) <= files
    assert threading.active_count() <= threads
    wholeness.check(instance)
