"""The wire connects to what was checked, and waits no longer than the deadline."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence

import httpcore
import pytest

from opendata.errors import SourceFailure
from opendata.transport import addresses
from opendata.transport.addresses import Guard
from opendata.transport.deadline import Deadline
from opendata.transport.dial import NameNotFound
from opendata.transport.network import Resolver, Stream, Wire

PUBLIC, INNER, OTHER = "8.8.8.8", "127.0.0.1", "9.9.9.9"


class Recorder(httpcore.MockBackend):
    """A network that notes where it is asked to connect; `refused` addresses do not answer."""

    def __init__(self, refused: Sequence[str] = ()) -> None:
        super().__init__([])
        self.refused = refused
        self.asked: list[tuple[str, float | None]] = []

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.asked.append((host, timeout))
        if host in self.refused:
            raise httpcore.ConnectError("refused")
        return httpcore.MockStream([b"x"])


def wire(system: Recorder, resolver: Resolver, deadline: Deadline) -> Wire:
    return Wire(
        addresses.parse("http://data.example/"),
        guard=Guard(ports=(80,), private_hosts=()),
        resolver=resolver,
        deadline=deadline,
        where="here",
        system=system,
    )


@pytest.fixture
def clock() -> Iterator[list[float]]:
    return [0.0]


@pytest.fixture
def deadline(clock: list[float]) -> Deadline:
    off = threading.Event()
    return Deadline(10.0, clock=lambda: clock[0], called_off=off, where="here")


def test_name_that_changes_its_address_is_looked_up_once(deadline: Deadline) -> None:
    """F26: each connection looks up once, and goes where it has looked."""
    answers = iter([[PUBLIC], [INNER]])
    system = Recorder()
    wire(system, lambda host, port: next(answers), deadline).connect_tcp("data.example", 80)
    assert [host for host, _ in system.asked] == [PUBLIC]


def test_nothing_is_asked_when_one_address_is_an_inner_one(deadline: Deadline) -> None:
    """F26: a name that leads inside by its second address is refused."""
    system = Recorder()
    with pytest.raises(SourceFailure) as caught:
        wire(system, lambda host, port: [PUBLIC, INNER], deadline).connect_tcp("data.example", 80)
    assert (caught.value.reason, system.asked) == ("forbidden-address", [])


def test_second_address_is_tried_when_the_first_does_not_answer(deadline: Deadline) -> None:
    system = Recorder(refused=[PUBLIC])
    wire(system, lambda host, port: [PUBLIC, OTHER], deadline).connect_tcp("data.example", 80)
    assert [host for host, _ in system.asked] == [PUBLIC, OTHER]


def test_name_that_is_not_found_is_named_so(deadline: Deadline) -> None:
    def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    with pytest.raises(NameNotFound):
        wire(Recorder(), nowhere, deadline).connect_tcp("data.example", 80)


def test_wait_is_cut_to_what_is_left(clock: list[float], deadline: Deadline) -> None:
    clock[0] = 7.0
    system = Recorder()
    wire(system, lambda host, port: [PUBLIC], deadline).connect_tcp("data.example", 80, 30.0)
    assert system.asked == [(PUBLIC, 3.0)]


def test_read_after_the_deadline_is_too_slow(clock: list[float], deadline: Deadline) -> None:
    stream = wire(Recorder(), lambda host, port: [PUBLIC], deadline).connect_tcp("data.example", 80)
    clock[0] = 10.0
    with pytest.raises(SourceFailure) as caught:
        stream.read(10, 30.0)
    assert caught.value.reason == "too-slow"


class Paired(httpcore.MockStream):
    """A stream over a real socket."""

    def __init__(self, own: socket.socket) -> None:
        super().__init__([])
        self.own = own

    def get_extra_info(self, info):
        return self.own if info == "socket" else None

    def close(self) -> None:
        self.own.close()


def test_closed_stream_keeps_no_handle_of_its_connection(deadline: Deadline) -> None:
    own, other = socket.socketpair()
    with other:
        other.settimeout(5)
        Stream(Paired(own), deadline).close()
        assert other.recv(1) == b""


def test_connection_is_closed_when_no_handle_is_free(deadline: Deadline) -> None:
    class Full(socket.socket):
        def dup(self):
            raise OSError("too many open files")

    own, other = socket.socketpair()
    with other:
        other.settimeout(5)
        with pytest.raises(httpcore.ConnectError):
            Stream(Paired(Full(fileno=own.detach())), deadline)
        assert other.recv(1) == b""
