"""The web server of the sample publishers: on loopback, in a thread, the same bytes each start."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from opendata.demo import (
    ckan_site,
    dcat_site,
    file_list,
    finance_ministry,
    government_office,
    home_affairs,
    information_ministry,
    justice_ministry,
    province,
    social_security,
)
from opendata.demo.answer import Answer, Page, fixed
from opendata.demo.publication import MEDIA_TYPES, Publisher
from opendata.errors import SettingError

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
NOT_FOUND = Answer(404, "text/plain;charset=utf-8", "Không tìm thấy / Not found\n".encode())
# The publishers without a catalogue: each puts a plain list of files on its site.
LIST_PUBLISHERS: tuple[Callable[[], Publisher], ...] = (
    government_office.publisher,
    justice_ministry.publisher,
    social_security.publisher,
    information_ministry.publisher,
    finance_ministry.publisher,
)


@dataclass(frozen=True)
class DemoSource:
    """One sample source, as an administrator would register it."""

    name: str
    kind: str
    url: str
    publisher_code: str
    licence: str
    options: Mapping[str, str] = field(default_factory=dict)
    schema: str | None = None
    policy: str = "flag"


class DemoServer:
    """A running server; close it, or use it as a context manager."""

    def __init__(self, server: ThreadingHTTPServer, sources: list[DemoSource]) -> None:
        self.url = _address(server)
        self._server = server
        self._sources = sources
        self._thread = threading.Thread(
            target=server.serve_forever, name="demo-sources", daemon=True
        )
        self._thread.start()

    def sources(self) -> list[DemoSource]:
        """Return the sources that the server answers for."""
        return list(self._sources)

    def close(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def start(port: int) -> DemoServer:
    """Start the sample sources on `port` (0: any free one) of loopback.

    Raises SettingError when the port is taken or the demo packages are not installed.
    """
    publishers = [
        home_affairs.publisher(),
        *(publisher() for publisher in LIST_PUBLISHERS),
        province.publisher(),
    ]
    site: dict[str, Page] = {}
    server = _listen(port, site)
    url = _address(server)
    sources = []
    for publisher in publishers:
        kind, address, pages = _published(publisher, url)
        site.update(pages)
        sources.append(_source(publisher, kind, address))
    log.info("sample sources at %s: %d publishers, %d pages", url, len(publishers), len(site))
    return DemoServer(server, sources)


def _published(publisher: Publisher, url: str) -> tuple[str, str, dict[str, Page]]:
    root = f"/{publisher.agency.slug}"
    if publisher.agency == home_affairs.AGENCY:
        below = ckan_site.pages(publisher, url + root)
        return "ckan", url + root, {root + path: page for path, page in below.items()}
    if publisher.agency == province.AGENCY:
        below = dcat_site.pages(publisher, url + root)
        address = url + root + dcat_site.CATALOGUE
        return "dcat", address, {root + path: page for path, page in below.items()}
    pages = {
        f"{root}/{file_list.FILES}/{file.name}": fixed(MEDIA_TYPES[file.format], file.body)
        for publication in publisher.publications
        for file in publication.files
    }
    path = f"{root}/{file_list.LIST_NAME}"
    pages[path] = fixed("text/csv;charset=utf-8", file_list.write(publisher))
    return "file_list", url + path, pages


def _source(publisher: Publisher, kind: str, url: str) -> DemoSource:
    return DemoSource(
        name=publisher.agency.slug,
        kind=kind,
        url=url,
        publisher_code=publisher.agency.code,
        licence=publisher.publications[0].licence,
    )


def _listen(port: int, site: Mapping[str, Page]) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((HOST, port), _handler(site))
    except (OSError, OverflowError) as err:
        if isinstance(err, OSError) and err.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise SettingError(
            f"The sample sources cannot listen on port {port} of {HOST} ({err}); "
            "set [demo] port to a free one."
        ) from err


def _handler(site: Mapping[str, Page]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # A client that keeps its connection open and silent is let go.
        timeout = 30.0

        def do_GET(self) -> None:
            self._send(with_body=True)

        def do_HEAD(self) -> None:
            self._send(with_body=False)

        def _send(self, *, with_body: bool) -> None:
            address = urlsplit(self.path)
            page = site.get(address.path)
            answer = page(dict(parse_qsl(address.query))) if page else NOT_FOUND
            # Without the Date and Server headers of send_response: nothing here tells the time.
            self.send_response_only(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if with_body:
                self._write(answer.body)

        def _write(self, body: bytes) -> None:
            try:
                self.wfile.write(body)
            except ConnectionError:
                # The reader has seen enough: its business, and no fault of ours.
                log.debug("the client left before the end of %s", self.path)
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            log.debug(format, *args)

    return Handler


def _address(server: ThreadingHTTPServer) -> str:
    return f"http://{HOST}:{server.server_address[1]}"
