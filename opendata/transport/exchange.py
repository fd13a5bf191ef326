"""One request and its answer, over a connection of their own, straight or through the proxy."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property

import httpcore

from opendata import config
from opendata.errors import SettingError, SourceFailure
from opendata.transport import answers, proxy
from opendata.transport.addresses import Address, Guard
from opendata.transport.answers import Answer
from opendata.transport.errand import Errand
from opendata.transport.network import WIRE_ERRORS, Resolver, Wire


class Exchange:
    """Sends requests; knows every connection that is open, so that all can be interrupted."""

    def __init__(
        self, settings: config.Http, *, guard: Guard, resolver: Resolver, ca_file: str | None
    ) -> None:
        self._settings = settings
        self._guard = guard
        self._resolver = resolver
        self._ca_file = ca_file
        self._proxy = proxy.parse(settings.proxy)
        self._lock = threading.Lock()
        self._wires: set[Wire] = set()
        if ca_file:
            _ = self._ssl_context  # a wrong file is told before the first request

    def send(
        self, address: Address, secret: Mapping[str, str], errand: Errand, *, held: ExitStack
    ) -> Answer:
        """GET one address; what `held` holds is given back when the answer is closed."""
        wire = Wire(
            address,
            guard=self._guard,
            resolver=self._resolver,
            deadline=errand.deadline,
            where=errand.where,
            proxy=self._proxy,
        )
        self._watch(wire, held)
        connection = httpcore.HTTPConnection(
            httpcore.Origin(address.scheme.encode(), address.host.encode(), address.port),
            ssl_context=self._ssl_context if address.scheme == "https" else None,
            network_backend=wire,
        )
        try:
            response = connection.handle_request(self._request(address, secret, errand))
        except WIRE_ERRORS as err:
            raise answers.head_failure(err, wire, errand.where) from err
        return Answer(
            response,
            wire=wire,
            held=held.pop_all(),
            address=address,
            is_conditional=bool(errand.conditions),
            limit=errand.limit,
            where=errand.where,
        )

    def interrupt(self) -> None:
        """End the waits of every request under way."""
        with self._lock:
            wires = list(self._wires)
        for wire in wires:
            wire.interrupt()

    def _watch(self, wire: Wire, held: ExitStack) -> None:
        with self._lock:
            self._wires.add(wire)
        held.callback(self._forget, wire)
        held.callback(wire.close)

    def _forget(self, wire: Wire) -> None:
        with self._lock:
            self._wires.discard(wire)

    def _request(
        self, address: Address, secret: Mapping[str, str], errand: Errand
    ) -> httpcore.Request:
        is_forwarded = self._proxy is not None and address.scheme == "http"
        headers = {
            "Host": address.authority,
            "User-Agent": self._settings.user_agent,
            "Accept-Encoding": "identity",
            "Connection": "close",
            "Accept": errand.accept,
            **errand.conditions,
            **(self._proxy.headers if self._proxy and is_forwarded else {}),
            **secret,
        }
        if not all(text.isascii() and text.isprintable() for text in headers.values()):
            raise SourceFailure(
                "bad-option", errand.where, "a secret or the user agent is no header text"
            )
        url = httpcore.URL(
            scheme=address.scheme.encode(),
            host=address.host.encode(),
            port=address.port,
            target=(address.url if is_forwarded else address.target).encode(),
        )
        read = self._settings.read_timeout_seconds
        timeouts = {"connect": self._settings.connect_timeout_seconds, "read": read, "write": read}
        return httpcore.Request(
            "GET", url, headers=list(headers.items()), extensions={"timeout": timeouts}
        )

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        context = httpcore.default_ssl_context()
        if self._ca_file:
            try:
                context.load_verify_locations(self._ca_file)
            except OSError as err:
                raise SettingError(
                    f"The certificates to trust cannot be read from {self._ca_file}; "
                    "name a readable PEM file as ca_file of the source."
                ) from err
        return context
