"""The page of a dataset names those it can be joined with, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from opendata.models import Dataset
from opendata.search.tantivy_index import TantivyIndex
from opendata.services import rendering
from tests.unit.opendata.web.sample import Catalogue
from tests.unit.opendata.web.test_pages import read

PAGE = "/en/dataset/danh-muc-cap-xa-o-dak-lak"
KEYS = {
    "danh-muc-cap-xa-o-dak-lak": ["list:provinces", "ma_xa"],
    "so-lieu-nam-2010": ["ma_xa"],
    "so-lieu-nam-2011": ["list:provinces", "ma_xa"],
    "so-lieu-nam-2012": ["ma_so"],
}


@pytest.fixture(scope="module")
def joined(filled: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    before = _documents(filled)
    _write(filled, {slug: before[slug] | {"key": keys} for slug, keys in KEYS.items()})
    index = TantivyIndex(Path(tmp_path_factory.mktemp("index")))
    with filled.sessions() as session:
        index.rebuild(rendering.load_all(session))
    yield filled.app(index).test_client()
    _write(filled, {slug: before[slug] for slug in KEYS})


def _documents(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    with catalogue.sessions() as session:
        rows = session.execute(select(Dataset.slug, Dataset.search_document))
        return {slug: document or {} for slug, document in rows}


def _write(catalogue: Catalogue, documents: dict[str, dict[str, Any]]) -> None:
    with catalogue.sessions.begin() as session:
        for slug, document in documents.items():
            changed = update(Dataset).where(Dataset.slug == slug)
            session.execute(changed.values(search_document=document))


def test_those_with_most_in_common_come_first(joined: FlaskClient) -> None:
    page = read(joined, PAGE)
    assert "Can be joined with" in page.text
    others = [link for link in page.links if "so-lieu-nam" in link]
    assert others == ["/en/dataset/so-lieu-nam-2011", "/en/dataset/so-lieu-nam-2010"]
    assert "ma_xa" in page.text
    assert "Provinces and cities" in page.text


def test_filter_by_key_names_it(joined: FlaskClient) -> None:
    page = read(joined, "/en/dataset/?key=list%3Aprovinces")
    assert "2 datasets found" in page.text
    assert "Can be joined by: Provinces and cities" in page.text


def test_dataset_without_a_key_says_nothing(joined: FlaskClient) -> None:
    assert "Can be joined with" not in read(joined, "/en/dataset/so-lieu-nam-2013").text


def test_without_the_engine_the_page_is_whole(catalogue: Catalogue, joined: FlaskClient) -> None:
    catalogue.index.broken = True
    assert "Can be joined with" not in read(catalogue.app().test_client(), PAGE).text
