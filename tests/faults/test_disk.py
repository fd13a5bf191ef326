"""The disk is full, fails, or refuses: the run says so, nothing half-written stays, the old version
is public, and the next run with a well disk is whole. F52, F53, F54.

F55, files that were damaged or deleted by hand, is in tests/flows/test_damage.py.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from opendata import database
from opendata.config import Settings
from opendata.models import Run
from opendata.services import store_care
from opendata.storage import ORIGINALS, Store, sha256
from tests.faults import wholeness
from tests.faults.private_server import PrivateServer
from tests.faults.small_disk import small_disk
from tests.faults.wholeness import NEW, OLD, prices_are
from tests.instance import Instance
from tests.loopback import Loopback

# More than a page of memory: the end of a small disk can then fall inside of a file.
LONG = b"ma_tinh;gia\n" + b"".join(b"%06d;%d\n" % (n, n * 7919 % 10_007) for n in range(1_500))
POINTS = ("store-written", "store-synced", "store-renamed")


def refused_by_the_disk(instance: Instance, run: Run) -> None:
    """The run says that it was the disk and what to do; nothing half-written is left."""
    assert (run.state, run.reason) == ("failed", "storage"), run.detail
    assert "run the harvest again" in run.detail
    wholeness.check(instance)


def room_is_given_bit_by_bit(
    instance: Instance, prices: bytes, folder: Path, begin: Callable[[], None]
) -> int:
    """Harvest with 4 kB more at each try, until it goes through; return how often it did not."""
    failures = 0
    with small_disk(folder) as disk:
        begin()
        disk.let_hold(max(disk.used(), 4))
        while (ended := instance.harvest("bo")).state != "succeeded":
            refused_by_the_disk(instance, ended)
            assert "No space left on device" in ended.detail
            prices_are(instance, OLD)
            failures += 1
            assert failures < 100
            disk.let_hold(max(disk.used(), 4) + 4 * failures)
        disk.let_hold(64 * 1024)
        wholeness.next_run_is_whole(instance, prices=prices)
    return failures


def test_f52_store_is_full_at_every_page(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    """F52: wherever in original, table or folder the disk of the store ends."""
    instance.add_source("bo", "file_list", listing)

    def begin() -> None:
        instance.harvest("bo")
        source_site.put("/gia-dat.csv", LONG)

    assert room_is_given_bit_by_bit(instance, LONG, instance.store.root, begin) > 3


def test_f52_work_folder_is_full_at_every_page(
    instance: Instance, listing: str, source_site: Loopback
) -> None:
    """F52: wherever in the download or in the table being made the disk of the work ends."""
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    source_site.put("/gia-dat.csv", LONG)
    spools = store_care.spools(instance.settings.data_path)
    assert room_is_given_bit_by_bit(instance, LONG, spools, lambda: None) > 3


def each_write_refused_in_turn(instance: Instance, refuse: Callable[[int], bool]) -> None:
    """Harvest with the first, second, … write refused, until no write is; each time from v1."""
    number = 0
    while refuse(number):
        number += 1
    assert number >= len(POINTS)
    wholeness.next_run_is_whole(instance)


def test_f52_every_write_to_the_store_is_refused_in_turn(changed: Instance) -> None:
    """F52: the same without a small disk, at the named points of the store."""

    def refuse(number: int) -> bool:
        passed = 0

        def full(name: str) -> None:
            nonlocal passed
            passed += name in POINTS
            if name in POINTS and passed == number + 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        tools = changed.tools
        object.__setattr__(tools, "store", Store(changed.settings.store_path, full))
        run = changed.harvest("bo")
        object.__setattr__(tools, "store", changed.store)
        if run.state == "succeeded":
            return False
        refused_by_the_disk(changed, run)
        prices_are(changed, OLD)
        return True

    each_write_refused_in_turn(changed, refuse)


def test_f53_every_fsync_fails_in_turn(changed: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """F53: of a file or of its folder; the file is written again, never believed in place."""
    fsync = os.fsync

    def refuse(number: int) -> bool:
        calls = 0

        def failing(handle: int) -> None:
            nonlocal calls
            calls += 1
            if calls == number + 1:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            fsync(handle)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing)
            run = changed.harvest("bo")
        if run.state == "succeeded":
            return False
        refused_by_the_disk(changed, run)
        assert "Input/output error" in run.detail
        prices_are(changed, OLD)
        return True

    each_write_refused_in_turn(changed, refuse)


def test_f53_folder_is_synced_also_by_who_finds_the_file_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F53: whoever wrote the file may have failed at its folder; what is built on it must last."""
    source, store = tmp_path / "spool", Store(tmp_path / "store")
    source.write_bytes(NEW)
    folder = store.put_once(ORIGINALS, source, sha256(source)).parent
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    store.put_once(ORIGINALS, source, sha256(source))
    assert synced == [folder.stat().st_ino]


def pages_still_read(instance: Instance) -> None:
    client = instance.client()
    for page in ("/", "/dataset/", "/dataset/bang-gia-dat"):
        assert client.get(page).status_code == 200


def test_f54_store_is_readonly(instance: Instance, listing: str, source_site: Loopback) -> None:
    """F54: as a disk is after the system found it faulty."""
    instance.add_source("bo", "file_list", listing)
    with small_disk(instance.store.root) as disk:
        instance.harvest("bo")
        source_site.put("/gia-dat.csv", NEW)
        disk.be_readonly()
        refused_by_the_disk(instance, instance.harvest("bo"))
        pages_still_read(instance)
        prices_are(instance, OLD)
        disk.be_readonly(yes=False)
        wholeness.next_run_is_whole(instance)


@contextmanager
def as_another_user() -> Iterator[None]:
    """Act as the system's nobody where we are root; else what is read-only stops us as it is."""
    ours = os.geteuid()
    if ours == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(ours)


@pytest.fixture
def open_to_all(settings: Settings, private_server: PrivateServer) -> Iterator[Instance]:
    """An instance whose folders and database another user of the system reaches as well."""
    with (
        tempfile.TemporaryDirectory(prefix="opendata-test-") as name,
        private_server.fresh_database() as url,
    ):
        Path(name).chmod(0o777)
        elsewhere = replace(
            settings,
            data_dir=str(Path(name, "data")),
            store=replace(settings.store, path=str(Path(name, "store"))),
            database=replace(settings.database, url=url),
        )
        engine = database.open_engine(elsewhere)
        yield Instance(elsewhere, database.sessions(engine))
        engine.dispose()


def test_f54_store_belongs_to_another(
    open_to_all: Instance, listing: str, source_site: Loopback
) -> None:
    """F54: somebody ran a command as another user, for instance as root."""
    instance = open_to_all
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    source_site.put("/gia-dat.csv", NEW)
    for path in instance.settings.data_path.rglob("*"):
        path.chmod(0o777)
    with readonly(instance.store.root), as_another_user():
        run = instance.harvest("bo")
    refused_by_the_disk(instance, run)
    assert "Permission denied" in run.detail
    prices_are(instance, OLD)
    wholeness.next_run_is_whole(instance)


@contextmanager
def readonly(store: Path) -> Iterator[None]:
    """Let nobody but root write into the folders of a store."""
    folders = [Path(folder) for folder, _, _ in os.walk(store)]
    for folder in folders:
        folder.chmod(0o555)
    yield
    for folder in folders:
        folder.chmod(0o755)


def test_f54_store_is_missing(changed: Instance) -> None:
    """F54: its disk was not mounted; nothing is written into the bare folder in its place."""
    elsewhere = changed.settings.data_path / "elsewhere"
    shutil.move(changed.store.root, elsewhere)
    for is_bare_folder in (False, True):
        if is_bare_folder:
            changed.store.root.mkdir()
        run = changed.harvest("bo")
        assert (run.state, run.reason) == ("failed", "storage")
        assert str(changed.store.root) in run.detail
        assert not list(changed.store.root.glob("*"))
        pages_still_read(changed)
        answer = changed.client().get(changed.address(wholeness.PRICES, "original"))
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    changed.store.root.rmdir()
    shutil.move(elsewhere, changed.store.root)
    wholeness.next_run_is_whole(changed)
