"""What tests of faults share: an instance with one source, and a server that they may break."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from opendata.config import Settings
from opendata.database import SessionFactory
from tests.faults.private_server import PrivateServer
from tests.faults.wholeness import NEW
from tests.flows.conftest import listing
from tests.instance import Instance
from tests.loopback import Loopback

__all__ = ["listing"]


@pytest.fixture
def instance(settings: Settings, sessions: SessionFactory) -> Instance:
    """A fresh instance on its own database and data folder."""
    return Instance(settings, sessions)


@pytest.fixture
def changed(instance: Instance, listing: str, source_site: Loopback) -> Instance:
    """An instance that has harvested once; since then the price list has changed."""
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    source_site.put("/gia-dat.csv", NEW)
    return instance


@pytest.fixture(scope="session")
def private_server() -> Iterator[PrivateServer]:
    """A PostgreSQL server that no other tests use."""
    # Not below pytest's own folder: run as root, the server has another user.
    with tempfile.TemporaryDirectory(prefix="opendata-test-", ignore_cleanup_errors=True) as folder:
        server = PrivateServer(Path(folder))
        yield server
        server.stop()
