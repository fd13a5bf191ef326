"""The engines that keep the contract: how to open an index that two objects can share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from opendata.search.base import SearchIndex
from opendata.search.elasticsearch_index import ElasticsearchIndex
from opendata.search.tantivy_index import TantivyIndex
from tests.services.elasticsearch_names import removed_afterwards, search_settings

# Opens the index of a folder: the same folder, the same index.
Factory = Callable[[Path], SearchIndex]


@contextmanager
def tantivy(_: pytest.FixtureRequest) -> Iterator[Factory]:
    yield lambda folder: TantivyIndex(folder / "search")


@contextmanager
def elasticsearch(request: pytest.FixtureRequest) -> Iterator[Factory]:
    url = request.getfixturevalue("elasticsearch_url")
    with removed_afterwards(url):
        yield lambda folder: ElasticsearchIndex(search_settings(url, folder))


ENGINES: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Factory]]] = {
    "tantivy": tantivy,
    "elasticsearch": elasticsearch,
}
