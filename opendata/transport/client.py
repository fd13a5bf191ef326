"""The only HTTP client: bounded in time, size and reach; every failure has a reason.

One request is one connection: a name is resolved and checked anew each time, nothing of one
source can leak into the next, and an answer that is not wanted is dropped by closing, unread.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode

from opendata import config
from opendata.errors import SourceFailure
from opendata.harvester import Document, Secret, Validators
from opendata.transport import addresses, bodies, hosts, links, network, validators
from opendata.transport.addresses import Address, Guard
from opendata.transport.answers import Answer
from opendata.transport.breaker import Breaker
from opendata.transport.deadline import Deadline
from opendata.transport.errand import Errand
from opendata.transport.exchange import Exchange
from opendata.transport.hosts import Hosts
from opendata.transport.network import Resolver
from opendata.transport.transient import Transient

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_REDIRECTS = {301, 302, 303, 307, 308}
_FIRST_WAIT = 0.5  # seconds before the second try; twice as much before each further one


class Transport:
    """GET over HTTP for harvesters; safe to share between threads.

    `ca_file` is trusted besides the certificates of the system. `shared` spares the hosts over
    all transports of the process; how often a host failed is counted for this one alone.
    """

    def __init__(
        self,
        settings: config.Http,
        *,
        ca_file: str | None = None,
        shared: Hosts = hosts.SHARED,
        resolver: Resolver = network.resolve,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._settings = settings
        self._guard = Guard(ports=settings.allow_ports, private_hosts=settings.allow_private_hosts)
        self._exchange = Exchange(settings, guard=self._guard, resolver=resolver, ca_file=ca_file)
        self._hosts = shared
        self._breaker = Breaker(clock)
        self._clock = clock
        self._called_off = threading.Event()
        self._sleep = sleep or self._called_off.wait
        self._is_closed = False

    @contextmanager
    def open(
        self, url: str, *, secret: Secret | None = None, known: Validators | None = None
    ) -> Iterator[Answer]:
        """GET `url` as a stream; only a whole 200 answer passes, all else is a `SourceFailure`.

        With `known` a 304 passes too: the answer is then `is_unchanged`, without bytes.
        """
        errand = self._errand(url, secret, limit=self._settings.max_bytes)
        errand.conditions = validators.headers(known)
        answer = self._counted(errand, lambda: self._follow(errand))
        try:
            yield answer
        finally:
            answer.close()
            self._count(errand, answer.failure)

    def get(self, url: str, *, accept: str = "*/*", secret: Secret | None = None) -> Document:
        """GET a document of at most `max_json_bytes`, whatever it is."""
        errand = self._errand(url, secret, limit=self._settings.max_json_bytes)
        errand.accept = accept
        document = self._counted(errand, lambda: self._read(errand))
        self._count(errand, None)
        return document

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
        found = self.get(url, secret=secret)
        where = addresses.shown(url)
        return bodies.parse_json(found.body, media_type=found.media_type, where=where)

    def abort(self) -> None:
        """End every transfer and every wait at once, and refuse new ones; from any thread.

        Whoever is in a transfer gets `SourceFailure("interrupted")`.
        """
        self._called_off.set()
        self._hosts.wake()
        self._exchange.interrupt()

    def close(self) -> None:
        """Make no request from now on; answers still being read end with their own `with`."""
        self._is_closed = True

    def _errand(self, url: str, secret: Secret | None, *, limit: int) -> Errand:
        if self._is_closed:
            raise RuntimeError("the transport is closed; no request can be made with it")
        where = addresses.shown(url)
        return Errand(url, where, self._deadline(where), limit, secret)

    def _deadline(self, where: str) -> Deadline:
        seconds = self._settings.transfer_deadline_seconds
        return Deadline(seconds, clock=self._clock, called_off=self._called_off, where=where)

    def _counted(self, errand: Errand, attempt: Callable[[], Result]) -> Result:
        try:
            return self._retrying(errand, attempt)
        except SourceFailure as failure:
            self._count(errand, failure)
            raise

    def _count(self, errand: Errand, failure: SourceFailure | None) -> None:
        """Tell the breaker how it ended with the host that was asked last."""
        if not errand.host:
            return
        if failure is not None and _is_passing(failure):
            self._breaker.failed(errand.host)
        else:
            self._breaker.answered(errand.host)

    def _retrying(self, errand: Errand, attempt: Callable[[], Result]) -> Result:
        number = 1
        while True:
            try:
                return attempt()
            except Transient as failure:
                if failure.wait > self._settings.longest_wait_seconds:
                    raise _put_off(failure.where, failure.wait) from failure
                jitter = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, hides nothing
                wait = max(failure.wait, _FIRST_WAIT * 2 ** (number - 1) * jitter)
                if number >= self._settings.tries or not errand.deadline.allows(wait):
                    raise
                log.info("try %s of %s failed: %s", number, self._settings.tries, failure)
            number += 1
            self._sleep(wait)
            errand.deadline.check()

    def _read(self, errand: Errand) -> Document:
        with closing(self._follow(errand)) as answer:
            body = b"".join(answer)
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        link = answer.headers.get("link", "")
        return Document(
            url=answer.url,
            body=body,
            media_type=media_type,
            links=links.parse(link, answer.address, errand.where),
        )

    def _follow(self, errand: Errand) -> Answer:
        address, secret = addresses.parse(errand.url), errand.secret
        for _ in range(self._settings.max_redirects + 1):
            self._guard.check(address, errand.where)
            if secret and addresses.parse(secret.origin).origin != address.origin:
                secret = None  # also not when a later hop leads back: that hop is not ours
            with ExitStack() as on_failure:
                answer = self._ask(address, secret, errand)
                on_failure.callback(answer.close)
                if answer.status not in _REDIRECTS:
                    self._check(answer)
                    on_failure.pop_all()
                    return answer
            address = addresses.join(address, answer.headers.get("location", ""), errand.where)
            if address.host != answer.address.host:
                self._breaker.answered(answer.address.host)
        raise SourceFailure(
            "too-many-redirects",
            errand.where,
            f"more than {self._settings.max_redirects} redirects",
        )

    def _check(self, answer: Answer) -> None:
        try:
            answer.check()
        except Transient as failure:
            if failure.wait:
                self._hosts.rest(answer.address.host, failure.wait)
            raise

    def _ask(self, address: Address, secret: Secret | None, errand: Errand) -> Answer:
        """Send one request when it is its turn at the host."""
        errand.host = ""
        errand.deadline.check()
        if address.host not in errand.admitted:
            self._breaker.check(address.host, errand.where)
            errand.admitted.add(address.host)
        with ExitStack() as held:
            began = self._clock()
            self._take_turn(address.host, errand, held)
            # Our own queue is none of the source's doing.
            errand.deadline.extend(self._clock() - began)
            errand.host = address.host
            headers = {secret.header: secret.value} if secret else {}
            return self._exchange.send(address, headers, errand, held=held)

    def _take_turn(self, host: str, errand: Errand, held: ExitStack) -> None:
        """Wait for a place at the host and for its pause; as long as a transfer may take."""
        seconds = self._settings.transfer_deadline_seconds
        patience = self._deadline(errand.where)
        places = self._settings.connections_per_host
        called_off = self._called_off
        if not self._hosts.enter(host, places=places, seconds=seconds, called_off=called_off):
            patience.check()
            raise SourceFailure("too-slow", errand.where, "no connection to its host became free")
        held.callback(self._hosts.leave, host)

        def sleep(wait: float) -> None:
            self._refuse_long_rest(host, errand.where)
            self._sleep(patience.cut(wait))
            patience.left()

        self._refuse_long_rest(host, errand.where)
        self._hosts.wait_turn(host, pause=self._settings.pause_seconds, sleep=sleep)

    def _refuse_long_rest(self, host: str, where: str) -> None:
        rest = self._hosts.resting(host)
        if rest > self._settings.longest_wait_seconds:
            raise _put_off(where, rest)


def _is_passing(failure: SourceFailure) -> bool:
    """Tell whether a failure says that the host, not the file, has trouble."""
    if failure.reason == "rate-limited":
        return False
    return isinstance(failure, Transient) or failure.reason == "too-slow"


def _put_off(where: str, wait: float) -> Transient:
    detail = (
        f"the source asks to wait {wait:.0f} seconds, longer than [http] longest_wait_seconds; "
        "the next run tries again"
    )
    return Transient("rate-limited", where, detail, wait=wait)
