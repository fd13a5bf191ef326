"""A small site on loopback that answers what a test gives it, and a real client to ask it with."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from harvesters import dcat_rdf
from harvesters.dcat_graph import Graph
from opendata.config import Http
from opendata.transport.client import Transport


def read_rdf(body: bytes, syntax: str, *, base: str, where: str = "here") -> Graph:
    """Read a page in this process."""
    page = Graph(where)
    dcat_rdf.read(body, syntax, base=base, where=where, add=page.add)
    return page


Reply = Callable[[dict[str, str]], Any]


class Site(ThreadingHTTPServer):
    """Answers bytes as they are and any other value as JSON; a function gets the query first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.client = Transport(
            Http(allow_private_hosts=(self.host,), tries=1), sleep=lambda seconds: None
        )

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        self.server.asked.append((parts.path, query))
        reply = self.server.replies.get(parts.path)
        if callable(reply):
            reply = reply(query)
        body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(500 if reply is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def hostile(shared_inputs: Path) -> ModuleType:
    """A source of every known fault, with a canary that nobody should reach."""
    path = shared_inputs / "tools" / "hostile_source.py"
    spec = importlib.util.spec_from_file_location("hostile_source", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
