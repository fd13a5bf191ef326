"""Three search servers in one cluster; one is killed while all is written and read, and comes back.

F61 for a cluster: nothing that was written is lost, and no search fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from opendata.config import Search
from opendata.errors import SearchUnavailable
from opendata.search.base import Query
from opendata.search.elasticsearch_index import ElasticsearchIndex
from tests.services.elasticsearch_names import search_settings
from tests.services.elasticsearch_node import Node, running_cluster

DATASETS = 200


@pytest.fixture(scope="module")
def nodes(
    elasticsearch_parts: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sequence[Node]]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as nodes:
        yield nodes


@pytest.fixture
def search(nodes: Sequence[Node], tmp_path: Path) -> Search:
    """Settings of an index of two parts, each on two of the three nodes."""
    alone = search_settings(nodes[0].url, tmp_path)
    return replace(alone, urls=tuple(node.url for node in nodes), shards=2, replicas=1)


class Writer:
    """Writes ever newer versions of all datasets, and tries again what did not go well."""

    def __init__(self, index: ElasticsearchIndex) -> None:
        self._index = index
        self.version = 1
        self.rounds = threading.Semaphore(0)

    def write(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.version += 1
            self._until_written()
            self.rounds.release()

    def _until_written(self) -> None:
        while True:
            try:
                self._index.put(documents(self.version))
            except SearchUnavailable:
                continue
            return


class Reader:
    """Searches without end, and tries nothing again."""

    def __init__(self, index: ElasticsearchIndex) -> None:
        self._index = index
        self.totals: set[int] = set()

    def read(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.totals.add(self._index.search(Query("dữ liệu", size=5)).total)


def documents(version: int) -> list[dict[str, object]]:
    return [
        {"id": f"d{number}", "version": version, "title": "Dữ liệu"} for number in range(DATASETS)
    ]


def holder_of_a_primary(client: Elasticsearch, index: str) -> str:
    parts = client.cat.shards(index=index, format="json")
    return next(str(part["node"]) for part in parts if part["prirep"] == "p")


def elected(client: Elasticsearch, index: str) -> str:
    return str(client.cat.master(format="json")[0]["node"])


@pytest.mark.parametrize("chosen", [holder_of_a_primary, elected])
def test_f61_node_is_killed_and_comes_back(
    nodes: Sequence[Node], search: Search, chosen: Callable[[Elasticsearch, str], str]
) -> None:
    """F61: the node that takes the writes of a part, and the one that leads the cluster."""
    index = ElasticsearchIndex(search)
    index.rebuild(documents(version=1))
    with Elasticsearch(list(search.urls), request_timeout=60) as client:
        client.cluster.health(index=search.index, wait_for_status="green", timeout="60s")
        name = chosen(client, search.index)
    victim = next(node for node in nodes if node.name == name)
    writer, reader, stop = Writer(index), Reader(ElasticsearchIndex(search)), threading.Event()
    with ThreadPoolExecutor(2) as threads:
        try:
            busy = [threads.submit(work, stop) for work in (writer.write, reader.read)]
            wait_for_rounds(writer, 3)
            victim.kill()
            wait_for_rounds(writer, 5)
            victim.start()
            victim.wait(nodes=len(nodes), status="green")
            wait_for_rounds(writer, 3)
        finally:
            stop.set()
    for done in busy:
        done.result()
    assert reader.totals == {DATASETS}
    assert index.versions() == dict.fromkeys(
        (f"d{number}" for number in range(DATASETS)), writer.version
    )


def wait_for_rounds(writer: Writer, count: int) -> None:
    for _ in range(count):
        assert writer.rounds.acquire(timeout=120)
