"""A real PostgreSQL for the tests of the indexer, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from opendata import database
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Base, Event, EventCursor


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on an embedded server with an empty catalogue."""
    engine = database.open_engine(Settings(data_dir=str(tmp_path_factory.mktemp("database"))))
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> SessionFactory:
    """Sessions on a database whose event log is empty."""
    factory = database.sessions(engine)
    with factory.begin() as session:
        session.query(EventCursor).delete()
        session.query(Event).delete()
    return factory
