"""A forward proxy on loopback: absolute addresses and CONNECT, over its own table of names."""

from __future__ import annotations

import http.client
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class LoopbackProxy(ThreadingHTTPServer):
    """Leads to `routes`, HOST:PORT to HOST:PORT; notes what it is asked and with which headers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, str] = {}
        self.status = 0  # refuse everything with this one
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def served(self) -> Iterator[LoopbackProxy]:
        """Answer until the end of the block."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # the other side is gone, as tests have it
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: LoopbackProxy

    def do_GET(self) -> None:
        if not self._is_welcome():
            return
        parts = urlsplit(self.path)
        host = parts.netloc if parts.port else f"{parts.netloc}:80"
        upstream = http.client.HTTPConnection(self.server.routes[host], timeout=10)
        own = {name: value for name, value in self.headers.items() if "proxy" not in name.lower()}
        upstream.request("GET", parts.path, headers=own)
        answer = upstream.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        upstream.close()

    def do_CONNECT(self) -> None:
        if not self._is_welcome():
            return
        host, _, port = self.server.routes[self.path].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as upstream:
            self.send_response(200, "Connected")
            self.end_headers()
            back = threading.Thread(target=_pump, args=(upstream, self.connection))
            back.start()
            _pump(self.connection, upstream)
            back.join()
        self.close_connection = True

    def _is_welcome(self) -> bool:
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.server.status:
            self.send_error(self.server.status)
        return not self.server.status

    def log_message(self, *args: Any) -> None:
        pass


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side is gone: so is the tunnel
