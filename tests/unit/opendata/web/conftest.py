"""One embedded database with one catalogue in it, for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from opendata import database
from opendata.config import Database, Http, Settings, Site, Web
from opendata.storage import Store
from tests.conftest import fresh_database
from tests.unit.opendata.web import sample
from tests.unit.opendata.web.sample import Catalogue


@pytest.fixture(scope="session")
def engine(server_url: str, template: str) -> Iterator[Engine]:
    with fresh_database(server_url, template) as url:
        engine = database.open_engine(Settings(database=Database(url=url)))
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def filled(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    settings = Settings(
        data_dir=str(tmp_path_factory.mktemp("data")),
        http=Http(allow_private_hosts=("ckan.noi-bo.vn:8080",)),
        site=Site(url="https://data.example.vn", contact="lienhe@example.vn"),
        web=Web(page_size=5, preview_rows=3),
    )
    return sample.fill(settings, database.sessions(engine), Store(settings.store_path))


@pytest.fixture
def catalogue(filled: Catalogue) -> Catalogue:
    filled.index.broken = False
    return filled


@pytest.fixture
def client(catalogue: Catalogue) -> FlaskClient:
    return catalogue.app().test_client()
