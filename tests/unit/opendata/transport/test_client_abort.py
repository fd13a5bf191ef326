"""Calling transfers off from another thread, wherever they wait."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from opendata.errors import SourceFailure
from opendata.transport.client import Transport
from opendata.transport.hosts import Hosts
from tests import certificates
from tests.raw_site import BODY, Make, Site, answer, read, reason_of

PATIENCE = 5.0  # seconds that a test waits for what must come; the servers hold for longer


class Reader(threading.Thread):
    """Reads a URL and keeps the reason of its failure; `began` fires at the first bytes."""

    def __init__(self, client: Transport, url: str) -> None:
        super().__init__(daemon=True)
        self.began = threading.Event()
        self.reason = ""
        self._client, self._url = client, url
        self.start()

    def run(self) -> None:
        try:
            with self._client.open(self._url) as transfer:
                for _ in transfer:
                    self.began.set()
        except SourceFailure as failure:
            self.reason = failure.reason

    def ended_with(self) -> str:
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.reason


@pytest.fixture
def client(transport: Make) -> Transport:
    """Really waits, and for long: only being called off can end it in time."""
    return transport(
        sleep=None,
        tries=3,
        pause_seconds=0.0,
        connect_timeout_seconds=100.0,
        read_timeout_seconds=100.0,
        transfer_deadline_seconds=100.0,
    )


@contextmanager
def silent_server() -> Iterator[tuple[str, threading.Event]]:
    """A port that takes a connection, says that it did by the event, and then nothing."""
    taken, done = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(1)
                taken.set()
                done.wait(60)

        thread = threading.Thread(target=take)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", taken
        done.set()
        thread.join()


@pytest.mark.parametrize("length", ["100", ""])
def test_body_that_stalls_is_interrupted(site: Site, client: Transport, length: str) -> None:
    # Without a length the end of the connection is the end of the body: not so here.
    reader = Reader(client, site.put("/hold", answer(BODY, content_length=length)))
    assert reader.began.wait(PATIENCE)
    client.abort()
    assert reader.ended_with() == "interrupted"


def test_encrypted_body_that_stalls_is_interrupted(
    site: Site, transport: Make, tmp_path: object
) -> None:
    made = certificates.self_signed(tmp_path)  # type: ignore[arg-type]
    site.speak_tls(made)
    site.put("/hold", answer(BODY, content_length=""))
    client = transport(sleep=None, ca_file=str(made.path), read_timeout_seconds=100.0)
    reader = Reader(client, f"https://{site.host}/hold")
    assert reader.began.wait(PATIENCE)
    client.abort()
    assert reader.ended_with() == "interrupted"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_silence_before_the_headers_is_interrupted(transport: Make, scheme: str) -> None:
    with silent_server() as (host, taken):
        client = transport(
            sleep=None,
            allow_private_hosts=(host,),
            connect_timeout_seconds=100.0,
            read_timeout_seconds=100.0,
            transfer_deadline_seconds=100.0,
        )
        reader = Reader(client, f"{scheme}://{host}/")
        assert taken.wait(PATIENCE)
        client.abort()
        assert reader.ended_with() == "interrupted"


def test_look_up_that_hangs_is_interrupted(transport: Make) -> None:
    asked, done = threading.Event(), threading.Event()

    def hang(host: str, port: int) -> Sequence[str]:
        asked.set()
        done.wait(60)
        return ["8.8.8.8"]

    client = transport(sleep=None, resolver=hang)
    reader = Reader(client, "http://data.example/")
    assert asked.wait(PATIENCE)
    client.abort()
    assert reader.ended_with() == "interrupted"
    done.set()


def test_wait_between_tries_is_interrupted(site: Site, client: Transport) -> None:
    reader = Reader(client, site.put("/hold", answer(b"", 429, retry_after="50")))
    _when(lambda: bool(site.asked))
    client.abort()
    assert reader.ended_with() == "interrupted"
    assert len(site.asked) == 1


def test_wait_for_a_place_is_interrupted(site: Site, transport: Make) -> None:
    shared, url = Hosts(), site.put("/a", answer())
    first = transport(connections_per_host=1, shared=shared)
    second = transport(connections_per_host=1, shared=shared, sleep=None)
    with first.open(url) as transfer:
        reader = Reader(second, url)
        second.abort()
        assert reader.ended_with() == "interrupted"
        assert b"".join(transfer) == BODY  # the other run goes on


def test_wait_for_a_turn_is_interrupted(site: Site, transport: Make) -> None:
    client = transport(sleep=None, pause_seconds=50.0, transfer_deadline_seconds=100.0)
    url = site.put("/a", answer())
    read(client, url)
    reader = Reader(client, url)
    client.abort()
    assert reader.ended_with() == "interrupted"


def test_nothing_new_begins_after(site: Site, client: Transport) -> None:
    client.abort()
    url = site.put("/a", answer())
    assert reason_of(lambda: read(client, url)) == "interrupted"
    assert reason_of(lambda: client.get(url)) == "interrupted"
    assert reason_of(lambda: client.get_json(url)) == "interrupted"
    assert site.asked == []


def test_many_transfers_are_interrupted_at_once(site: Site, transport: Make) -> None:
    client = transport(sleep=None, connections_per_host=4, read_timeout_seconds=100.0)
    url = site.put("/hold", answer(BODY, content_length="100"))
    readers = [Reader(client, url) for _ in range(8)]
    _when(lambda: len(site.asked) == 4)
    client.abort()
    assert [reader.ended_with() for reader in readers] == ["interrupted"] * 8
    assert len(site.asked) == 4


def _when(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, for what no event tells."""
    moment = threading.Event()
    for _ in range(500):
        if is_so():
            return
        moment.wait(0.01)
    raise AssertionError("it did not become so")
