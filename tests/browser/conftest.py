"""A real server on loopback with a small catalogue, and a browser to walk through it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from opendata import database
from opendata.config import Database, Settings, Site
from opendata.storage import Store
from tests.conftest import fresh_database
from tests.unit.opendata.web import sample

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("OPENDATA_REQUIRE_SERVICES") == "1":
            pytest.fail(f"{CHROMIUM} is missing; install the package chromium")
        pytest.skip(f"{CHROMIUM} is missing; install the package chromium to walk the pages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a running catalogue."""
    with fresh_database(server_url, template) as url:
        settings = Settings(
            data_dir=str(tmp_path_factory.mktemp("site")),
            database=Database(url=url),
            site=Site(url="http://127.0.0.1"),
        )
        yield from _serve(settings)


def _serve(settings: Settings) -> Iterator[str]:
    engine = database.open_engine(settings)
    filled = sample.fill(settings, database.sessions(engine), Store(settings.store_path))
    server = make_server("127.0.0.1", 0, filled.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    engine.dispose()
