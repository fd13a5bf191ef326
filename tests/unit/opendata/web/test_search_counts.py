"""What the pages count of searches, and that counting never costs an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text
from sqlalchemy.orm import sessionmaker

from opendata.config import Search
from opendata.models import SearchDay
from tests.unit.opendata.web.sample import Catalogue

DATASET = "/dataset/danh-muc-cap-xa-o-dak-lak"


@pytest.fixture(autouse=True)
def _empty_log(filled: Catalogue) -> Iterator[None]:
    yield
    with filled.sessions.begin() as session:
        session.execute(delete(SearchDay))


def get(client: FlaskClient, path: str, **headers: str) -> int:
    answer = client.get(path, headers=headers)
    answer.close()
    return answer.status_code


def counted(catalogue: Catalogue) -> dict[str, tuple[int, int, int]]:
    with catalogue.sessions() as session:
        rows = session.scalars(select(SearchDay)).all()
    return {row.words: (row.searches, row.without_hits, row.clicks) for row in rows}


def test_searches_are_counted_once(client: FlaskClient, catalogue: Catalogue) -> None:
    for path in ("/dataset/?q=NĂM", "/en/dataset/?q=năm", "/dataset/?q=năm&page=2", "/dataset/"):
        assert get(client, path) == 200
    get(client, "/dataset/?q=zzzz")
    get(client, "/dataset/?q=0912345678")
    assert counted(catalogue) == {"nam": (2, 0, 0), "zzzz": (1, 1, 0)}


def test_relaxed_search_counts_as_not_found(client: FlaskClient, catalogue: Catalogue) -> None:
    get(client, "/dataset/?q=năm&theme=zzzz")
    assert counted(catalogue) == {"nam": (1, 1, 0)}


@pytest.mark.parametrize(
    ("referer", "clicks"),
    [
        ("http://localhost/dataset/?q=m%E1%BB%A5c&sort=title", 1),
        ("http://localhost/dataset?q=muc", 1),
        ("http://elsewhere.example/dataset/?q=muc", 0),
        ("http://localhost/about/?q=muc", 0),
        ("http://localhost/dataset/?q=other", 0),
        ("http://[", 0),
        ("http://localhost/dataset/?" + "&".join(["q=muc"] * 500), 0),
        ("", 0),
    ],
)
def test_opening_a_hit_is_a_click(
    client: FlaskClient, catalogue: Catalogue, referer: str, clicks: int
) -> None:
    get(client, "/dataset/?q=mục")
    assert get(client, DATASET, Referer=referer) == 200
    assert counted(catalogue) == {"muc": (1, 0, clicks)}


def test_nothing_is_kept_where_the_settings_say_so(catalogue: Catalogue) -> None:
    settings = replace(catalogue.settings, search=Search(log_days=0))
    client = replace(catalogue, settings=settings).app().test_client()
    assert get(client, "/dataset/?q=mục") == 200
    assert counted(catalogue) == {}


def test_log_that_is_locked_costs_no_answer(client: FlaskClient, catalogue: Catalogue) -> None:
    with catalogue.sessions() as session:
        session.execute(text("LOCK TABLE search_day"))
        assert get(client, "/dataset/?q=mục") == 200
        assert get(client, DATASET, Referer="http://localhost/dataset/?q=mục") == 200
    assert counted(catalogue) == {}


def test_database_that_refuses_costs_no_answer(catalogue: Catalogue) -> None:
    with catalogue.sessions() as session:
        engine = session.get_bind()
    reading = engine.execution_options(postgresql_readonly=True)  # type: ignore[union-attr]
    client = replace(catalogue, sessions=sessionmaker(reading)).app().test_client()
    assert get(client, "/dataset/?q=mục") == 200
