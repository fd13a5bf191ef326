"""Connecting beside the thread that waits for it: a name being looked up cannot be interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

import httpcore

from opendata.errors import SourceFailure
from opendata.transport.deadline import Deadline


class NameNotFound(Exception):
    """A host name has no address."""


class Dial:
    """One connection being made; whoever waits for it can walk away from it at any time."""

    def __init__(self, connect: Callable[[], httpcore.NetworkStream]) -> None:
        self._connect = connect
        # It counts as running only when it is done, so that it can be cancelled until then.
        self._made: Future[httpcore.NetworkStream] = Future()
        threading.Thread(target=self._run, name="dial", daemon=True).start()

    def result(self, deadline: Deadline) -> httpcore.NetworkStream:
        """Wait for the connection; raises what making it raised, too-slow or interrupted."""
        try:
            return self._made.result(deadline.left())
        except (TimeoutError, CancelledError) as err:
            self.abandon()
            deadline.left()
            raise httpcore.ConnectTimeout("the connection was given up") from err

    def abandon(self) -> None:
        """Wait no longer; a connection that comes too late is closed unused."""
        self._made.cancel()

    def _run(self) -> None:
        try:
            stream = self._connect()
        except (
            SourceFailure,
            NameNotFound,
            httpcore.ConnectError,
            httpcore.ConnectTimeout,
        ) as err:
            if self._made.set_running_or_notify_cancel():
                self._made.set_exception(err)
        else:
            if self._made.set_running_or_notify_cancel():
                self._made.set_result(stream)
            else:
                stream.close()
        finally:
            self._made.cancel()
