"""A connection being made is waited for no longer than the deadline, and never lost."""

from __future__ import annotations

import threading

import httpcore
import pytest

from opendata.errors import SourceFailure
from opendata.transport.deadline import Deadline
from opendata.transport.dial import Dial, NameNotFound


class Held(httpcore.MockStream):
    """A stream that says when it is closed."""

    def __init__(self) -> None:
        super().__init__([])
        self.closed = threading.Event()

    def close(self) -> None:
        super().close()
        self.closed.set()


def deadline(seconds: float = 10.0) -> Deadline:
    off = threading.Event()
    return Deadline(seconds, clock=iter([0.0, 0.0, 99.0]).__next__, called_off=off, where="here")


def test_connection_is_handed_over() -> None:
    stream = Held()
    assert Dial(lambda: stream).result(deadline()) is stream
    assert not stream.closed.is_set()


@pytest.mark.parametrize(
    "failure", [NameNotFound("x"), httpcore.ConnectError("x"), SourceFailure("dns", "here")]
)
def test_failure_is_handed_over(failure: Exception) -> None:
    def connect() -> httpcore.NetworkStream:
        raise failure

    with pytest.raises(type(failure)):
        Dial(connect).result(deadline())


def test_connection_that_comes_too_late_is_closed() -> None:
    stream, go = Held(), threading.Event()

    def connect() -> httpcore.NetworkStream:
        go.wait(10)
        return stream

    with pytest.raises(SourceFailure) as caught:
        Dial(connect).result(deadline(0.01))
    assert caught.value.reason == "too-slow"
    go.set()
    assert stream.closed.wait(10)
