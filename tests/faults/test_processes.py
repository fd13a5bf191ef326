"""What a process may use up: open files, threads. F73. For memory and crashes (F71, F72) see
README.md; kill -9 (F50, F51) is in tests/chaos and tests/flows/test_crash.py."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opendata import config
from opendata.services import store_care
from opendata.storage import Store
from opendata.vocabulary import REASONS
from tests.faults import wholeness
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback

ROOT = Path(__file__).parents[2]


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
    child = subprocess.run(
        [sys.executable, "-m", "tests.faults.few_files_child", "bo", str(limit)],
        cwd=ROOT,
        env={**os.environ, **config.to_environment(instance.settings)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    state, reason, detail = child.stdout.strip().split("|")
    if limit == 64:
        assert state == "succeeded", detail
    else:
        assert (state, reason in REASONS, bool(detail)) == ("failed", True, True)
        assert "ulimit -n" in detail or reason != "storage"
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


def open_files(instance: Instance) -> int:
    """Return how many files this process holds open; connections that wait in the pool apart."""
    instance.sessions.kw["bind"].dispose()
    return len(os.listdir("/proc/self/fd"))


def test_f73_harvests_leave_no_file_and_no_thread(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    """F73: thirty harvests, well and ill, in one process: as many files and threads as before."""
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
        if (open_files(instance), threading.active_count()) == (files, threads):
            break
        time.sleep(0.02)
    assert (open_files(instance), threading.active_count()) == (files, threads)
    wholeness.check(instance)
