"""A server that answers raw bytes, and a maker of clients that never really wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from opendata.config import Http
from opendata.transport.client import Transport
from opendata.transport.hosts import Hosts
from tests.raw_site import Make, Site

OUTSIDE = ("ca_file", "clock", "resolver", "shared", "sleep")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().served() as server:
        yield server


@pytest.fixture
def settings(site: Site) -> Http:
    return Http(
        allow_private_hosts=(site.host,),
        read_timeout_seconds=5.0,
        transfer_deadline_seconds=10.0,
        tries=1,
    )


@pytest.fixture
def transport(settings: Http) -> Make:
    """Makes a transport: settings by name, and what else the class takes; it never really waits."""

    def make(**changed: Any) -> Transport:
        outside = {name: changed.pop(name) for name in OUTSIDE if name in changed}
        shared = Hosts(outside.get("clock", time.monotonic))
        waits = {"sleep": lambda seconds: None, "shared": shared}
        return Transport(replace(settings, **changed), **{**waits, **outside})

    return make
