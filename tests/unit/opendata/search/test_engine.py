"""The engine that the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from opendata import config
from opendata.errors import SettingError
from opendata.search import engine
from opendata.search.base import Query


def test_embedded_engine_lies_in_the_data_folder(tmp_path: Path) -> None:
    index = engine.open_index(config.Settings(data_dir=str(tmp_path)))
    assert index.search(Query()).total == 0
    index.put([{"id": "a", "title": "Một"}])
    assert (tmp_path / "search" / "current").is_symlink()


def test_unknown_engine_names_the_choices() -> None:
    settings = config.Settings(search=config.Search(engine="solr"))
    with pytest.raises(SettingError, match="solr.*choices are: tantivy"):
        engine.open_index(settings)
