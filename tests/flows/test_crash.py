"""F51: kill -9 at every named point: nothing half-made is visible, and the next run is whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from opendata import config, faults
from tests.chaos import kill_loop
from tests.faults import wholeness
from tests.faults.wholeness import NEW, OLD
from tests.instance import Instance
from tests.loopback import Loopback

ROOT = Path(__file__).parents[2]


def harvest_and_die(instance: Instance, point: str) -> None:
    environment = {
        **os.environ,
        **config.to_environment(instance.settings),
        "PYTHONPATH": str(ROOT),
    }
    child = subprocess.run(
        [sys.executable, "-m", "tests.flows.crash_child", "bo", point],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 137, child.stderr.decode()


def public_state_is_whole(instance: Instance) -> None:
    """Whatever is visible is complete: page, original and table of one and the same version."""
    kill_loop.check(instance)
    if "active" in instance.states().values():
        wholeness.prices_are(instance, OLD, NEW)


@pytest.mark.parametrize("point", faults.POINTS)
def test_first_harvest_killed(
    instance: Instance, listing: str, source_site: Loopback, point: str
) -> None:
    source_site.put("/gia-dat.csv", NEW)
    instance.add_source("bo", "file_list", listing)
    harvest_and_die(instance, point)
    public_state_is_whole(instance)
    wholeness.next_run_brings_everything(instance, prices=NEW, versions=1)


@pytest.mark.parametrize(
    "point", ["fetch", "store-renamed", "version-registered", "before-commit", "after-commit"]
)
def test_second_harvest_killed(
    instance: Instance, listing: str, source_site: Loopback, point: str
) -> None:
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    source_site.put("/gia-dat.csv", NEW)
    harvest_and_die(instance, point)
    public_state_is_whole(instance)
    wholeness.next_run_brings_everything(instance, prices=NEW, versions=2)


def test_every_point_of_the_code_is_listed() -> None:
    """The steps announce themselves by their name; all other points are written out."""
    text = "".join(path.read_text("utf-8") for path in (ROOT / "opendata").rglob("*.py"))
    written = set(re.findall(r'fault\("([a-z-]+)"\)', text))
    steps = {"fetch", "detect", "tabulate", "decide", "register"}
    assert written | steps == set(faults.POINTS)
