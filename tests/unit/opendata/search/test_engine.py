"""The engine that the settings name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opendata import config
from opendata.config import Search
from opendata.errors import SettingError
from opendata.search import engine
from opendata.search.base import Query
from opendata.search.elasticsearch_index import ElasticsearchIndex
from opendata.search.fallback import FallbackSearch
from opendata.search.tantivy_index import TantivyIndex

SERVER = Search(engine="elasticsearch", urls=("http://127.0.0.1:9",), index="data")


def settings(folder: Path, search: Search) -> config.Settings:
    return config.Settings(data_dir=str(folder), search=search)


def test_embedded_engine_lies_in_the_data_folder(tmp_path: Path) -> None:
    (followed,) = engine.followed(config.Settings(data_dir=str(tmp_path)))
    index = followed.index
    assert index.search(Query()).total == 0
    index.put([{"id": "a", "title": "Một"}])
    assert (tmp_path / "search" / "current").is_symlink()


def test_unknown_engine_names_the_choices() -> None:
    settings = config.Settings(search=config.Search(engine="solr"))
    with pytest.raises(SettingError, match="solr.*choices are: tantivy, elasticsearch"):
        engine.open_index(settings)


def test_server_is_opened_without_being_asked(tmp_path: Path) -> None:
    (followed,) = engine.followed(settings(tmp_path, SERVER))
    assert isinstance(followed.index, ElasticsearchIndex)
    assert isinstance(engine.open_index(settings(tmp_path, SERVER)), ElasticsearchIndex)


def test_each_index_has_a_reader_of_its_own(tmp_path: Path) -> None:
    found = engine.followed(settings(tmp_path, replace(SERVER, fallback="tantivy")))
    assert [each.reader for each in found] == ["search:data", "search"]
    assert isinstance(found[1].index, TantivyIndex)


def test_fallback_stands_behind_the_server(tmp_path: Path) -> None:
    opened = engine.open_index(settings(tmp_path, replace(SERVER, fallback="tantivy")))
    assert isinstance(opened, FallbackSearch)


def test_engine_is_not_its_own_fallback(tmp_path: Path) -> None:
    assert len(engine.followed(settings(tmp_path, Search(fallback="tantivy")))) == 1


def test_unknown_fallback_names_the_choices(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="elasticsearch.*choices are: tantivy, or empty"):
        engine.followed(settings(tmp_path, replace(SERVER, fallback="elasticsearch")))
