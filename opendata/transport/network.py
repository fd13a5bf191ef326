"""The wire below one request: the address guard and the deadline, where the socket is.

httpcore asks its `NetworkBackend` for a connection by name. Ours resolves the name once, checks
every address it has, and connects to one of these: no second look-up can give another answer.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpcore

from opendata.transport.addresses import Address, Guard
from opendata.transport.deadline import Deadline
from opendata.transport.dial import Dial, NameNotFound
from opendata.transport.proxy import Proxy

# Name and port to IP addresses as text; raises OSError when the name is not found.
Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for every IP address of a host, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


# All that a connection of ours can raise besides `SourceFailure`.
WIRE_ERRORS = (
    NameNotFound,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
)


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
        proxy: Proxy | None = None,
        system: httpcore.NetworkBackend | None = None,
    ) -> None:
        self.proxy = proxy
        self._address = address
        self._guard = guard
        self._resolver = resolver
        self._deadline = deadline
        self._where = where
        self._system = system or httpcore.SyncBackend()
        self._dial: Dial | None = None
        self._stream: Stream | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers, or through the proxy."""
        self._dial = Dial(lambda: self._connect(timeout, socket_options))
        if self.proxy is None:
            self._stream = Stream(self._dial.result(self._deadline), self._deadline)
            return self._stream
        try:
            self._stream = Stream(self._dial.result(self._deadline), self._deadline)
            if self._address.scheme == "https":
                self.proxy.open_tunnel(
                    self._stream, self._address, timeout=timeout, where=self._where
                )
                self._stream.received = False  # what came was not of the source
        except WIRE_ERRORS as err:
            raise self.proxy.failure(err, self._where) from err
        return self._stream

    def _connect(
        self, timeout: float | None, options: Iterable[httpcore.SOCKET_OPTION] | None
    ) -> httpcore.NetworkStream:
        addresses = self._checked_addresses()
        port = self._address.port
        if self.proxy is not None:
            # The administrator named it: where it lies is not for the guard to judge.
            port = self.proxy.address.port
            addresses = self._look_up(self.proxy.address)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for ip in addresses:
            try:
                return self._system.connect_tcp(
                    ip, port, self._deadline.cut(timeout), None, options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as err:
                failure = err
        raise failure or httpcore.ConnectError("the name has no address")

    def _checked_addresses(self) -> Sequence[str]:
        try:
            found = self._look_up(self._address)
        except NameNotFound:
            if self.proxy is None:
                raise
            return ()  # a name that only the proxy can look up is left to it
        self._guard.check_resolved(self._address, found, self._where)
        return found

    def _look_up(self, address: Address) -> Sequence[str]:
        try:
            return self._resolver(address.host, address.port)
        except (OSError, UnicodeError) as err:
            raise NameNotFound(address.host) from err

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
        if self._dial is not None:
            self._dial.abandon()
        if self._stream is not None:
            self._stream.close()

    def interrupt(self) -> None:
        """End every wait of the thread that uses the wire; to be called from another one."""
        if self._dial is not None:
            self._dial.abandon()
        if self._stream is not None:
            self._stream.interrupt()


class Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline of the transfer."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self._handle = _second_handle(inner)
        self.received = False
        self.ended = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = self._inner.read(max_bytes, self._deadline.cut(timeout))
        except httpcore.ReadTimeout:
            self._deadline.left()  # too-slow when it was the deadline that cut the wait short
            raise
        except httpcore.ReadError:
            self._deadline.check()
            raise
        if not data:
            self._deadline.check()  # an interrupted body must not look like one that ended
        self.received = self.received or bool(data)
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._inner.close()
        if self._handle is not None:
            self._handle.close()

    def interrupt(self) -> None:
        """Let every wait for the other side return now; for another thread than the reading one."""
        with suppress(OSError):  # the other side has closed already
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on encrypted; the same object stays in charge of the deadline and of closing."""
        try:
            self._inner = self._inner.start_tls(
                ssl_context, server_hostname, self._deadline.cut(timeout)
            )
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            self._deadline.check()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _second_handle(stream: httpcore.NetworkStream) -> socket.socket | None:
    """Return a handle of the connection that outlives the move to TLS, which takes the first."""
    first = stream.get_extra_info("socket")
    try:
        return None if first is None else first.dup()
    except OSError as err:
        stream.close()
        raise httpcore.ConnectError("no handle is free") from err
