"""A CKAN portal of made packages on loopback, in a process of its own: pages are rendered once."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROWS = 200
_SUBJECTS = ("Giá đất", "Dân số", "Doanh nghiệp", "Trường học", "Bệnh viện", "Thủ tục hành chính")
_HEADER = "ma_don_vi,ten,so_luong,ty_le,ngay\n"


@contextmanager
def serving(*, packages: int, files: int) -> Iterator[str]:
    """Serve `/metadata` (packages of two files) and `/files` (of one file); give the URL."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs, packages, files), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.terminate()
    process.join()


def _serve(pipe: Connection, packages: int, files: int) -> None:
    os.sched_setaffinity(0, {os.cpu_count() - 1 if os.cpu_count() else 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(packages, files))
    pipe.send(server.server_address[1])
    server.serve_forever()


def _handler(packages: int, files: int) -> type[BaseHTTPRequestHandler]:
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            if body is None:
                body = pages[self.path] = self._render()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            if "/file/" in self.path:
                self.send_header("ETag", f'"{hash(body)}"')
            self.end_headers()
            self.wfile.write(body)

        def _render(self) -> bytes:
            parts = urlsplit(self.path)
            if "/file/" in parts.path:
                return _file(int(parts.path.rsplit("/", 1)[1].removesuffix(".csv")))
            wanted = parse_qs(parts.query)
            start, rows = int(wanted["start"][0]), int(wanted["rows"][0])
            kind = parts.path.split("/")[1]
            base = f"http://{self.headers['Host']}"
            total, each = (packages, 2) if kind == "metadata" else (files, 1)
            numbers = range(start, min(start + rows, total))
            results = [_package(number, base, each) for number in numbers]
            result = {"count": total, "results": results}
            return json.dumps({"success": True, "result": result}).encode()

        def log_message(self, format: str, *values: Any) -> None:
            """Say nothing."""

    return Handler


def _package(number: int, base: str, files: int) -> dict[str, Any]:
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"bo-du-lieu-{number}",
        "title": f"{subject} theo đơn vị hành chính, kỳ {number}",
        "notes": f"{subject} do các đơn vị báo cáo theo quy định. " * 6,
        "organization": {"title": f"Sở Thông tin {number % 40}", "name": f"so-{number % 40}"},
        "license_id": "cc-by",
        "tags": [{"name": word} for word in ("báo cáo", "thống kê", subject.lower())],
        "groups": [],
        "extras": [{"key": "frequency", "value": "monthly"}],
        "maintainer": "Phòng Dữ liệu",
        "maintainer_email": "dulieu@example.vn",
        "metadata_created": "2025-01-02T03:04:05",
        "metadata_modified": f"2026-01-{number % 28 + 1:02d}T03:04:05",
        "resources": [
            {
                "id": f"{number}-{index}",
                "name": f"Tệp {index + 1}",
                "description": "Số liệu",
                "format": "CSV",
                "url": f"{base}/file/{number}.csv",
            }
            for index in range(files)
        ],
    }


def _file(number: int) -> bytes:
    lines = (
        f"{row:05d},Đơn vị {row},{row * number},{row / 7:.3f},2026-01-{row % 28 + 1:02d}\n"
        for row in range(ROWS)
    )
    return (_HEADER + "".join(lines)).encode()
