"""A web server on loopback whose answers the test decides and may change while it runs."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass
class Answer:
    """What a path answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def is_known_to(self, asked: Message) -> bool:
        """Say whether who asks names the validators of this answer."""
        etag, date = self.headers.get("ETag"), self.headers.get("Last-Modified")
        return (etag is not None and asked["If-None-Match"] == etag) or (
            date is not None and asked["If-Modified-Since"] == date
        )


class Loopback:
    """Serves `answers` by path with its query, else by path alone; notes all that is `asked`."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.posted: list[bytes] = []  # the bodies of POST
        self.default = Answer(b"nothing here", 404)
        # While set and not yet fired, every answer waits for it.
        self.hold: threading.Event | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def put(self, path: str, body: bytes | str, content_type: str = "text/csv") -> str:
        """Let `path` answer with `body`; return its URL."""
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(data, headers={"Content-Type": content_type})
        return self.url + path

    def put_json(self, path: str, document: Any) -> str:
        """Let `path` answer with a JSON document."""
        return self.put(path, json.dumps(document), "application/json")

    def name(self, path: str, **validators: str) -> None:
        """Let `path` call its bytes by these headers, written etag= and last_modified=."""
        headers = {"etag": "ETag", "last_modified": "Last-Modified"}
        self.answers[path].headers |= {headers[key]: text for key, text in validators.items()}

    def fail(self, path: str, status: int, body: bytes = b"") -> None:
        """Let `path` answer with an error."""
        self.answers[path] = Answer(body, status)

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                site.asked.append(self.path)
                if site.hold is not None:
                    site.hold.wait(30)
                answer = site.answers.get(self.path) or site.answers.get(path, site.default)
                if answer.is_known_to(self.headers):
                    answer = Answer(status=304, headers=answer.headers)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def do_POST(self) -> None:
                site.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.do_GET()

            def log_message(self, format: str, *values: Any) -> None:
                """Say nothing."""

        return Handler
