"""A server on loopback whose paths answer the very bytes that a test gives it."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from opendata.errors import SourceFailure
from opendata.harvester import Secret
from opendata.transport.client import Transport
from tests.certificates import Certificate

Make = Callable[..., Transport]

BODY = b"id,name\n1,a\n2,b\n"


class Site(ThreadingHTTPServer):
    """A server whose paths answer raw bytes; each path has a list, its last answer repeats."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        super().__init__(address, Handler)
        self.answers: dict[str, list[bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.hold = threading.Event()  # what /hold waits for before it closes

    @property
    def host(self) -> str:
        return f"{self.server_address[0]}:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def put(self, path: str, *answers: bytes) -> str:
        self.answers[path] = list(answers)
        return self.url + path

    def speak_tls(self, certificate: Certificate) -> None:
        """Answer encrypted from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @contextmanager
    def served(self) -> Iterator[Site]:
        """Answer until the end of the block."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.hold.set()
            self.shutdown()
            self.server_close()
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # the other side is gone, as tests have it
            super().handle_error(request, client_address)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.path, headers))
        left = self.server.answers[self.path.partition("?")[0]]
        self.wfile.write(left.pop(0) if len(left) > 1 else left[0])
        self.wfile.flush()
        if self.path.startswith("/hold"):
            self.server.hold.wait(10)

    def log_message(self, *args: Any) -> None:
        pass


def answer(body: bytes = BODY, status: int = 200, **headers: str) -> bytes:
    """One HTTP answer; a keyword `content_type` becomes the header Content-Type."""
    told = {"content_length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status} Told", *lines, "", ""]).encode() + body


def as_json(value: object, **headers: str) -> bytes:
    return answer(json.dumps(value).encode(), content_type="application/json", **headers)


def read(client: Transport, url: str, *, secret: Secret | None = None) -> bytes:
    with client.open(url, secret=secret) as transfer:
        return b"".join(transfer)


def reason_of(action: Callable[[], object]) -> str:
    with pytest.raises(SourceFailure) as caught:
        action()
    return caught.value.reason
