"""An answer: its status, headers and body, and the name of what went wrong with it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

import httpcore

from opendata.errors import SourceFailure
from opendata.transport import bodies
from opendata.transport.addresses import Address
from opendata.transport.network import NameNotFound, Wire

# All that a connection of ours can raise besides `SourceFailure`.
WIRE_ERRORS = (
    NameNotFound,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
)
_REASON_OF_STATUS = {204: "empty", 401: "blocked", 403: "blocked", 404: "missing", 410: "missing"}


class Transient(SourceFailure):
    """A failure that another try may mend; `wait` is what the source asks for, in seconds."""

    def __init__(self, reason: str, where: str, detail: str, *, wait: float = 0.0) -> None:
        self.wait = wait
        super().__init__(reason, where, detail)


class Answer:
    """An answer being read: a `Transfer`. Its body comes decoded, bounded and once."""

    def __init__(
        self, response: httpcore.Response, *, wire: Wire, address: Address, limit: int, where: str
    ) -> None:
        self.url = address.url
        self.is_unchanged = False
        self.status = response.status
        self.headers: Mapping[str, str] = _headers(response)
        self._response = response
        self._wire = wire
        self._limit = limit
        self._where = where
        self._is_read = False

    def __iter__(self) -> Iterator[bytes]:
        if self._is_read:
            raise RuntimeError(f"the answer of {self._where} was read already; open it again")
        self._is_read = True
        coding = self.headers.get("content-encoding", "")
        return bodies.plain(self._raw(), coding=coding, limit=self._limit, where=self._where)

    def check(self) -> None:
        """Raise the failure that the status and the headers tell of, before any body is read."""
        if self.status != 200:
            raise self._refusal()
        bodies.check_coding(self.headers.get("content-encoding", ""), self._where)
        length = self.headers.get("content-length")
        bodies.check_length(length, limit=self._limit, where=self._where)

    def close(self) -> None:
        """Drop the connection, read or not."""
        self._wire.close()

    def _refusal(self) -> SourceFailure:
        detail = f"the source answered with status {self.status}"
        if self.status == 429 or 500 <= self.status < 600:
            wait = _asked_wait(self.headers)
            return Transient("unexpected-status", self._where, detail, wait=wait)
        reason = _REASON_OF_STATUS.get(self.status, "unexpected-status")
        return SourceFailure(reason, self._where, detail)

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
