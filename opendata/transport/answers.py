"""An answer: its status, headers and body, and the name of what went wrong with it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from email.utils import parsedate_to_datetime

import httpcore

from opendata.errors import SourceFailure
from opendata.transport import bodies
from opendata.transport.addresses import Address
from opendata.transport.dial import NameNotFound
from opendata.transport.network import WIRE_ERRORS, Wire
from opendata.transport.transient import Transient

_REASON_OF_STATUS = {204: "empty", 401: "blocked", 403: "blocked", 404: "missing", 410: "missing"}


class Answer:
    """An answer being read: a `Transfer`. Its body comes decoded, bounded and once.

    `held` is given back when it is closed: the connection, and the place at the host.
    """

    def __init__(
        self,
        response: httpcore.Response,
        *,
        wire: Wire,
        held: ExitStack,
        address: Address,
        is_conditional: bool,
        limit: int,
        where: str,
    ) -> None:
        self.url = address.url
        self.address = address
        self.status = response.status
        self.headers: Mapping[str, str] = _headers(response)
        self.is_unchanged = is_conditional and response.status == 304
        self.failure: SourceFailure | None = None  # what became of the body
        self._response = response
        self._wire = wire
        self._held = held
        self._limit = limit
        self._where = where
        self._is_read = False

    def __iter__(self) -> Iterator[bytes]:
        if self._is_read:
            raise RuntimeError(f"the answer of {self._where} was read already; open it again")
        self._is_read = True
        return iter(()) if self.is_unchanged else self._body()

    def check(self) -> None:
        """Raise the failure that the status and the headers tell of, before any body is read."""
        if self.is_unchanged:
            return
        if self.status != 200:
            raise self._refusal()
        bodies.check_coding(self.headers.get("content-encoding", ""), self._where)
        length = self.headers.get("content-length")
        bodies.check_length(length, limit=self._limit, where=self._where)

    def close(self) -> None:
        """Drop the connection, read or not."""
        self._held.close()

    def _refusal(self) -> SourceFailure:
        if self.status == 407 and self._wire.proxy is not None:
            return self._wire.proxy.refusal(self.status, self._where)
        detail = f"the source answered with status {self.status}"
        if self.status == 429 or 500 <= self.status < 600:
            reason = "rate-limited" if self.status == 429 else "unexpected-status"
            return Transient(reason, self._where, detail, wait=_asked_wait(self.headers))
        reason = _REASON_OF_STATUS.get(self.status, "unexpected-status")
        return SourceFailure(reason, self._where, detail)

    def _body(self) -> Iterator[bytes]:
        coding = self.headers.get("content-encoding", "")
        try:
            yield from bodies.plain(
                self._raw(), coding=coding, limit=self._limit, where=self._where
            )
        except SourceFailure as failure:
            self.failure = failure
            raise

    def _raw(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_stream()
        except WIRE_ERRORS as err:
            raise _body_failure(err, self._wire, self._where) from err


def _headers(response: httpcore.Response) -> dict[str, str]:
    """Return the headers by lower-case name, repeated ones joined as the standard says."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _text(value: bytes) -> str:
    # Names of Vietnamese files stand in headers as UTF-8, whatever the standard says.
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _asked_wait(headers: Mapping[str, str]) -> float:
    """Return the seconds that Retry-After asks for; none when it is absent or junk."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:12])
    try:
        # Against the source's own clock: ours need not agree with it.
        until, now = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def head_failure(err: Exception, wire: Wire, where: str) -> SourceFailure:
    """Name what went wrong before the headers were there."""
    if isinstance(err, NameNotFound):
        return Transient("dns", where, "its host name was not found; check the address")
    if isinstance(err, httpcore.TimeoutException):
        return Transient("timeout", where, "the source did not answer in time")
    if isinstance(err.__cause__, ssl.SSLError):
        return SourceFailure("tls", where, "no trusted encrypted connection could be made")
    if isinstance(err, httpcore.LocalProtocolError):
        return SourceFailure("bad-option", where, "the name of a secret is no header name")
    if isinstance(err, httpcore.ProtocolError) and wire.answered:
        return SourceFailure("bad-http", where, "the answer is not sound HTTP")
    return Transient("connection", where, "no connection, or it was closed without an answer")


def _body_failure(err: Exception, wire: Wire, where: str) -> SourceFailure:
    """Name what went wrong while the body came."""
    if isinstance(err, httpcore.TimeoutException):
        return Transient("timeout", where, "the source stopped sending")
    if isinstance(err, httpcore.ProtocolError) and not wire.ended:
        return SourceFailure("bad-http", where, "the body is not sound HTTP")
    return Transient("truncated", where, "the connection ended before the body did")
