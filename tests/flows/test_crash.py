"""F51: kill -9 at every named point: nothing half-made is visible, and the next run is whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from opendata import config, faults
from opendata.models import Build, Dataset, Resource, Run, Version
from opendata.services import rendering, store_care
from tests.instance import Instance
from tests.loopback import Loopback

ROOT = Path(__file__).parents[2]
PRICES = "Bảng giá đất"
OLD = b"ma_tinh;gia\n01;1500\n04;700\n"
NEW = b"ma_tinh;gia\n01;1600\n04;800\n"


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
    client = instance.client()
    with instance.sessions() as session:
        public = session.scalars(
            select(Dataset).where(Dataset.state.in_(["active", "absent"]))
        ).all()
        assert store_care.check(session, instance.store).is_clean
    for dataset in public:
        assert client.get(f"/dataset/{dataset.slug}").status_code == 200
    if any(dataset.slug == "bang-gia-dat" for dataset in public):
        original = instance.download(PRICES, "original")
        table = instance.download(PRICES, "csv").replace(b'"', b"").replace(b",", b";")
        assert original in (OLD, NEW)
        assert table.strip() == original.strip()


def next_run_is_clean(instance: Instance) -> None:
    run = instance.harvest("bo")
    assert run.state == "succeeded"
    assert instance.download(PRICES, "original") == NEW
    with instance.sessions() as session:
        numbers = session.scalars(
            select(Version.number)
            .join(Resource, Resource.id == Version.resource_id)
            .where(Resource.url.contains("gia-dat"))
            .order_by(Version.number)
        ).all()
        assert numbers in ([1], [1, 2])
        assert set(session.scalars(select(Run.state))) <= {"succeeded", "failed"}
        assert {str(d) for d in session.scalars(select(Dataset.id))} == instance.index.ids()
        assert rendering.all_ids(session) == instance.index.ids()
        assert not session.scalars(select(Build).where(Build.state == "held")).all()
        report = store_care.check(session, instance.store)
    assert report.is_clean


@pytest.mark.parametrize("point", faults.POINTS)
def test_first_harvest_killed(
    instance: Instance, listing: str, source_site: Loopback, point: str
) -> None:
    source_site.put("/gia-dat.csv", NEW)
    instance.add_source("bo", "file_list", listing)
    harvest_and_die(instance, point)
    public_state_is_whole(instance)
    next_run_is_clean(instance)


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
    next_run_is_clean(instance)


def test_every_point_of_the_code_is_listed() -> None:
    """The steps announce themselves by their name; all other points are written out."""
    text = "".join(path.read_text("utf-8") for path in (ROOT / "opendata").rglob("*.py"))
    written = set(re.findall(r'fault\("([a-z-]+)"\)', text))
    steps = {"fetch", "detect", "tabulate", "decide", "register"}
    assert written | steps == set(faults.POINTS)
