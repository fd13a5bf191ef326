"""Readers in the middle of a download while something happens: F75, F76, over a real server."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from opendata import config
from tests.faults import wholeness
from tests.instance import Instance
from tests.loopback import Loopback

ROOT = Path(__file__).parents[2]
TITLE = "Danh sách trường học tỉnh Đắk Lắk"
# Far more than what lies between server and reader.
ROWS = 200_000
_THREADS = 4


def schools(word: str) -> bytes:
    """A file of some 12 MB in which every row says of which version it is."""
    rows = "".join(f"{n:06},{word}{'x' * 50}\n" for n in range(ROWS))
    return f"ma,ten\n{rows}".encode()


class Site:
    """A served catalogue: where it listens, and its processes."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def get(self, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        return connection, connection.getresponse()

    def open_files(self, folder: Path) -> list[str]:
        """Return what the server's processes hold open below a folder."""
        found = []
        for process in (self.process.pid, *self._children()):
            for handle in Path(f"/proc/{process}/fd").iterdir():
                try:
                    found.append(os.readlink(handle))
                except OSError:
                    continue  # closed meanwhile
        return [name for name in found if name.startswith(str(folder))]

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return [int(n) for task in tasks for n in (task / "children").read_text().split()]


# `opendata serve`, which waits a second only for readers that do not read.
_SERVE = """
from opendata.commands import serve
serve._GRACE_SECONDS = 1
import cli
cli.main(["serve"])
"""


@pytest.fixture
def site(instance: Instance, listing: str, source_site: Loopback) -> Iterator[Site]:
    """`opendata serve` with one worker, after one harvest of a large file."""
    source_site.put("/truong.csv", schools("old"))
    instance.add_source("bo", "file_list", listing)
    assert instance.harvest("bo").state == "succeeded"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, **config.to_environment(instance.settings)}
    environment |= {"OPENDATA_WEB__WORKERS": "1", "OPENDATA_WEB__PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    served = Site(port, process)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            served.get("/about")[0].close()
            break
        except ConnectionError:
            time.sleep(0.05)
    yield served
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def begin(site: Site, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Ask for a file and read no more than its beginning."""
    connection, answer = site.get(path)
    assert len(answer.peek(1)) > 0
    return connection, answer


def test_f75_new_version_lands_in_the_middle_of_a_download(
    instance: Instance, site: Site, source_site: Loopback
) -> None:
    """F75: the reader gets the version he began with to its last byte, though its files go."""
    paths = {form: instance.address(TITLE, form) for form in ("original", "csv")}
    expected = {form: instance.download(TITLE, form) for form in paths}
    old = [entry for entry in instance.store.walk() if entry[2].st_size > 10_000]
    readers = {form: begin(site, path) for form, path in paths.items()}
    assert len(site.open_files(instance.store.root)) == 2  # the rest is still to be sent
    source_site.put("/truong.csv", schools("new"))
    assert instance.harvest("bo").state == "succeeded"
    aside = instance.settings.data_path
    for kind, digest, _ in old:
        instance.store.path(kind, digest).rename(aside / digest)
    for form, (connection, answer) in readers.items():
        assert answer.read() == expected[form]
        connection.close()
        connection, answer = site.get(paths[form])
        assert answer.read() == instance.download(TITLE, form) != expected[form]
        connection.close()
    for kind, digest, _ in old:
        (aside / digest).rename(instance.store.path(kind, digest))
    wholeness.check(instance)


def test_f76_readers_who_go_away_free_the_server(instance: Instance, site: Site) -> None:
    """F76: more of them than the server has threads; pages are answered, no file stays open. Nor
    does one who neither reads nor goes away keep the server from ending."""
    for form in ("original", "csv", "json"):
        for _ in range(_THREADS + 1):
            begin(site, instance.address(TITLE, form))[0].close()
    connection, answer = site.get("/dataset/")
    assert (answer.status, b"</html>" in answer.read()) == (200, True)
    connection.close()
    for _ in range(1_000):
        if not site.open_files(instance.store.root):
            break
        time.sleep(0.02)
    assert site.open_files(instance.store.root) == []
    wholeness.check(instance)
    stays, _ = begin(site, instance.address(TITLE, "original"))
    assert site.open_files(instance.store.root)
    site.process.terminate()
    site.process.wait(20)
    stays.close()
