"""SIGTERM in the middle of a harvest: the run is closed as cancelled, its work folder goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from sqlalchemy import select

from opendata import config
from opendata.models import Run
from tests.instance import Instance
from tests.loopback import Loopback

ROOT = Path(__file__).parents[2]


def test_harvest_that_is_told_to_end_is_cancelled(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    instance.add_source("bo", "file_list", listing)
    go_on = threading.Event()
    source_site.hold = go_on
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "harvest", "run", "bo"],
        cwd=ROOT,
        env={**os.environ, **config.to_environment(instance.settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    until = time.monotonic() + 30
    while not source_site.asked and time.monotonic() < until:
        time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    go_on.set()
    output, _ = child.communicate(timeout=30)
    assert child.returncode == 128 + signal.SIGTERM, output.decode()
    with instance.sessions() as session:
        run = session.scalars(select(Run)).one()
    assert (run.state, run.reason) == ("cancelled", "cancelled")
    assert not list((instance.settings.data_path / "tmp").glob("*"))
    source_site.hold = None
    assert instance.harvest("bo").state == "succeeded"
