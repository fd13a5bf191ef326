"""The only HTTP client: bounded in time, size and reach; every failure has a reason.

One request is one connection: a name is resolved and checked anew each time, nothing of one
source can leak into the next, and an answer that is not wanted is dropped by closing, unread.
"""

from __future__ import annotations

import logging
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpcore

from opendata import config
from opendata.errors import SourceFailure
from opendata.harvester import Secret
from opendata.transport import addresses, answers, bodies, network
from opendata.transport.addresses import Address, Guard
from opendata.transport.answers import WIRE_ERRORS, Answer, Transient
from opendata.transport.network import Deadline, Resolver, Wire

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_REDIRECTS = {301, 302, 303, 307, 308}
_FIRST_WAIT = 0.5  # seconds before the second try; twice as much before each further one
_LONGEST_WAIT = 60.0  # a source that asks for more is left for the next run


class Transport:
    """GET over HTTP for harvesters; safe to share between threads."""

    def __init__(
        self,
        settings: config.Http,
        *,
        resolver: Resolver = network.resolve,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._guard = Guard(ports=settings.allow_ports, private_hosts=settings.allow_private_hosts)
        self._resolver = resolver
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_turn: dict[str, float] = {}
        self._is_closed = False

    @contextmanager
    def open(self, url: str, *, secret: Secret | None = None, known=None) -> Iterator[Answer]:
        """GET `url` as a stream; only a whole 200 answer passes, all else is a `SourceFailure`."""
        deadline = self._deadline(url)
        limit = self._settings.max_bytes
        answer = self._retrying(lambda: self._follow(url, secret, deadline, limit=limit), deadline)
        with closing(answer):
            yield answer

    def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        secret: Secret | None = None,
    ) -> Any:
        """GET a JSON document of at most `max_json_bytes`; HTML or broken JSON is a failure."""
        if params:
            bare = url.partition("#")[0]
            url = f"{bare}{'&' if '?' in bare else '?'}{urlencode(params)}"
        deadline = self._deadline(url)
        return self._retrying(lambda: self._read_json(url, secret, deadline), deadline)

    def abort(self) -> None:
        """Shim."""

    def close(self) -> None:
        """Make no request from now on; answers still being read end with their own `with`."""
        self._is_closed = True

    def _deadline(self, url: str) -> Deadline:
        seconds = self._settings.transfer_deadline_seconds
        return Deadline(seconds, clock=self._clock, where=addresses.shown(url))

    def _retrying(self, attempt: Callable[[], Result], deadline: Deadline) -> Result:
        for number in range(1, self._settings.tries):
            try:
                return attempt()
            except Transient as failure:
                jitter = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, hides nothing
                wait = max(failure.wait, _FIRST_WAIT * 2 ** (number - 1) * jitter)
                if wait > _LONGEST_WAIT or not deadline.allows(wait):
                    raise
                log.info("try %s of %s failed: %s", number, self._settings.tries, failure)
                self._sleep(wait)
        return attempt()

    def _read_json(self, url: str, secret: Secret | None, deadline: Deadline) -> Any:
        limit = self._settings.max_json_bytes
        with closing(self._follow(url, secret, deadline, limit=limit)) as answer:
            body = b"".join(answer)
        media_type = answer.headers.get("content-type", "")
        return bodies.parse_json(body, media_type=media_type, where=addresses.shown(url))

    def _follow(self, url: str, secret: Secret | None, deadline: Deadline, *, limit: int) -> Answer:
        where = addresses.shown(url)
        address = addresses.parse(url)
        for _ in range(self._settings.max_redirects + 1):
            self._guard.check(address, where)
            if secret and addresses.parse(secret.origin).origin != address.origin:
                secret = None  # also not when a later hop leads back: that hop is not ours
            self._take_turn(address.host, deadline)
            with ExitStack() as on_failure:
                answer = self._send(address, secret, deadline, limit=limit, where=where)
                on_failure.callback(answer.close)
                if answer.status not in _REDIRECTS:
                    answer.check()
                    on_failure.pop_all()
                    return answer
            address = addresses.join(address, answer.headers.get("location", ""), where)
        raise SourceFailure(
            "too-many-redirects", where, f"more than {self._settings.max_redirects} redirects"
        )

    def _send(
        self, address: Address, secret: Secret | None, deadline: Deadline, *, limit: int, where: str
    ) -> Answer:
        if self._is_closed:
            raise RuntimeError("the transport is closed; no request can be made with it")
        wire = Wire(
            address, guard=self._guard, resolver=self._resolver, deadline=deadline, where=where
        )
        connection = httpcore.HTTPConnection(
            httpcore.Origin(address.scheme.encode(), address.host.encode(), address.port),
            ssl_context=self._ssl_context if address.scheme == "https" else None,
            network_backend=wire,
        )
        with ExitStack() as on_failure:
            on_failure.callback(wire.close)
            try:
                response = connection.handle_request(self._request(address, secret, where))
            except WIRE_ERRORS as err:
                raise answers.head_failure(err, wire, where) from err
            on_failure.pop_all()
        return Answer(response, wire=wire, address=address, limit=limit, where=where)

    def _request(self, address: Address, secret: Secret | None, where: str) -> httpcore.Request:
        headers = {
            "Host": address.authority,
            "User-Agent": self._settings.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if secret:
            headers[secret.header] = secret.value
        if not all(text.isascii() and text.isprintable() for text in headers.values()):
            raise SourceFailure("bad-option", where, "a secret or the user agent is no header text")
        url = httpcore.URL(
            scheme=address.scheme.encode(),
            host=address.host.encode(),
            port=address.port,
            target=address.target.encode(),
        )
        read = self._settings.read_timeout_seconds
        timeouts = {"connect": self._settings.connect_timeout_seconds, "read": read, "write": read}
        return httpcore.Request(
            "GET", url, headers=list(headers.items()), extensions={"timeout": timeouts}
        )

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        return httpcore.default_ssl_context()

    def _take_turn(self, host: str, deadline: Deadline) -> None:
        """Wait until `pause_seconds` have passed since the last request to the host began."""
        pause = self._settings.pause_seconds
        if pause <= 0:
            return
        with self._lock:
            now = self._clock()
            turn = max(now, self._next_turn.get(host, now))
            self._next_turn[host] = turn + pause
        if turn > now:
            self._sleep(deadline.cut(turn - now))
