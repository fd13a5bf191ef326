"""The wire below one request: the address guard and the deadline, where the socket is.

httpcore asks its `NetworkBackend` for a connection by name. Ours resolves the name once, checks
every address it has, and connects to one of these: no second look-up can give another answer.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from opendata.errors import SourceFailure
from opendata.transport.addresses import Address, Guard

# Name and port to IP addresses as text; raises OSError when the name is not found.
Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for every IP address of a host, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Deadline:
    """The monotonic moment after which a whole transfer has taken too long."""

    def __init__(self, seconds: float, *, clock: Callable[[], float], where: str) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._where = where

    def left(self) -> float:
        """Return the seconds left, always more than nothing; raise too-slow when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise SourceFailure("too-slow", self._where, "the deadline of the transfer passed")
        return left

    def allows(self, seconds: float) -> bool:
        """Tell whether so long a wait still ends in time."""
        return self._clock() + seconds < self._end

    def cut(self, timeout: float | None) -> float:
        """Return the timeout, or what is left if that is less."""
        return self.left() if timeout is None else min(timeout, self.left())


class Wire(httpcore.NetworkBackend):
    """The network of one request: it can reach the checked addresses of one host and no other."""

    def __init__(
        self,
        address: Address,
        *,
        guard: Guard,
        resolver: Resolver,
        deadline: Deadline,
        where: str,
        system: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._address = address
        self._guard = guard
        self._resolver = resolver
        self._deadline = deadline
        self._where = where
        self._system = system or httpcore.SyncBackend()
        self._stream: Stream | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for ip in self._checked_addresses():
            try:
                inner = self._system.connect_tcp(
                    ip, port, self._deadline.cut(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as err:
                failure = err
            else:
                self._stream = Stream(inner, self._deadline)
                return self._stream
        raise failure or httpcore.ConnectError("the name has no address")

    def _checked_addresses(self) -> Sequence[str]:
        try:
            found = self._resolver(self._address.host, self._address.port)
        except (OSError, UnicodeError) as err:
            raise NameNotFound(self._address.host) from err
        self._guard.check_resolved(self._address, found, self._where)
        return found

    @property
    def answered(self) -> bool:
        """Tell whether one byte ever came back."""
        return self._stream is not None and self._stream.received

    @property
    def ended(self) -> bool:
        """Tell whether the other side has closed the connection."""
        return self._stream is not None and self._stream.ended

    def close(self) -> None:
        """Close the connection, read or not."""
        if self._stream is not None:
            self._stream.close()


class NameNotFound(Exception):
    """A host name has no address."""


class Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline of the transfer."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self.received = False
        self.ended = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = self._inner.read(max_bytes, self._deadline.cut(timeout))
        except httpcore.ReadTimeout:
            self._deadline.left()  # too-slow when it was the deadline that cut the wait short
            raise
        self.received = self.received or bool(data)
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on encrypted; the same object stays in charge of the deadline and of closing."""
        self._inner = self._inner.start_tls(
            ssl_context, server_hostname, self._deadline.cut(timeout)
        )
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
