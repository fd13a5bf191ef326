"""What must hold after every fault, whatever it was: the check that each test here ends with."""

from __future__ import annotations

from sqlalchemy import select

from opendata.models import Resource, Run, Version
from opendata.services import store_care
from tests.chaos import kill_loop
from tests.instance import Instance

PRICES = "Bảng giá đất"
OLD = b"ma_tinh;gia\n01;1500\n04;700\n"
NEW = b"ma_tinh;gia\n01;1600\n04;800\n"


def check(instance: Instance) -> None:
    """Store, index, pages and versions agree; no part file, no work folder, no run left open."""
    kill_loop.check(instance)
    nothing_is_left_over(instance)
    with instance.sessions() as session:
        assert not session.scalars(select(Run).where(Run.state == "running")).all()


def nothing_is_left_over(instance: Instance) -> None:
    """No half-written file lies anywhere."""
    assert list(instance.store.leftovers()) == []
    spools = store_care.spools(instance.settings.data_path)
    assert list(spools.glob(f"{store_care.SPOOL_PREFIX}*")) == []


def prices_are(instance: Instance, *allowed: bytes) -> None:
    """The public price list is one of these: original and table of the same version."""
    original = instance.download(PRICES, "original")
    table = instance.download(PRICES, "csv").replace(b'"', b"").replace(b",", b";")
    assert original in allowed
    assert table.strip() == original.strip()


def next_run_is_whole(instance: Instance, *, prices: bytes = NEW, versions: int = 2) -> None:
    """Once the fault is gone, one run brings everything, and nothing twice."""
    next_run_brings_everything(instance, prices=prices, versions=versions)
    nothing_is_left_over(instance)


def next_run_brings_everything(instance: Instance, *, prices: bytes, versions: int) -> None:
    """The same after a kill, which leaves files that only an old age lets be swept."""
    run = instance.harvest("bo")
    assert (run.state, run.reason) == ("succeeded", ""), run.detail
    prices_are(instance, prices)
    with instance.sessions() as session:
        assert not session.scalars(select(Run).where(Run.state == "running")).all()
        numbers = session.scalars(
            select(Version.number)
            .join(Resource, Resource.id == Version.resource_id)
            .where(Resource.url.contains("gia-dat"))
            .order_by(Version.number)
        ).all()
    assert numbers == list(range(1, versions + 1))
    kill_loop.check(instance)
