"""The search server is gone, refuses writes, takes some documents only, loses its index, or hangs:
data is harvested, read and downloaded all the same, and the index follows when it can. F61 to F65.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from elasticsearch import Elasticsearch
from sqlalchemy import text

from opendata import events
from opendata.app import create_app
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.search import drift, elasticsearch_words, engine, indexer
from opendata.search.base import Query
from opendata.services import rendering
from tests.faults.test_index import data_is_there, follows, type_
from tests.faults.wholeness import NEW
from tests.instance import Instance
from tests.loopback import Loopback
from tests.services.elasticsearch_names import search_settings
from tests.services.elasticsearch_node import Node, running_node

FOUND = "/dataset/?q=gia"


@pytest.fixture(scope="module")
def node(elasticsearch_parts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that tests may kill, stop and fill."""
    with running_node(tmp_path_factory.mktemp("node")) as node:
        yield node


@pytest.fixture
def client(node: Node) -> Iterator[Elasticsearch]:
    with Elasticsearch(node.url, request_timeout=60) as client:
        yield client


@pytest.fixture
def settings(settings: Settings, node: Node, tmp_path: Path) -> Settings:
    """Settings of an instance that searches on the node."""
    return replace(settings, search=search_settings(node.url, tmp_path))


@pytest.fixture
def changed(
    settings: Settings, sessions: SessionFactory, listing: str, source_site: Loopback
) -> Instance:
    """An instance that has harvested once; since then the price list has changed."""
    instance = Instance(settings, sessions)
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    source_site.put("/gia-dat.csv", NEW)
    return instance


@contextmanager
def killed(node: Node) -> Iterator[None]:
    """The process of the node is gone; afterwards it runs again, with its data."""
    node.kill()
    try:
        yield
    finally:
        node.start()
        node.wait()


@contextmanager
def hanging(node: Node) -> Iterator[None]:
    """The node takes connections and answers nothing."""
    assert node.process
    node.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        node.process.send_signal(signal.SIGCONT)
        node.wait()


def is_in_one_sentence(result: Result) -> None:
    """The run went through; of the server there is one sentence and exit code 1."""
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True), result.output
    assert "succeeded" in result.output
    assert result.output.count("Error: The search server") == 1


def search_says_later(instance: Instance, node: Node) -> None:
    """The search page asks people to come back, and tells nothing of the server."""
    answer = instance.client().get(FOUND)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    for secret in (f"127.0.0.1:{node.http_port}", instance.settings.search.index):
        assert secret not in answer.text


def test_f61_server_is_killed_and_comes_back(changed: Instance, node: Node) -> None:
    """F61: kill -9 of its process; nothing that was written is lost."""
    with killed(node):
        is_in_one_sentence(type_(changed, "harvest", "run", "bo"))
        data_is_there(changed)
        search_says_later(changed, node)
    changed.index.close()
    follows(changed, "harvest", "run", "bo")
    assert changed.client().get(FOUND).status_code == 200


def test_f61_embedded_index_answers_meanwhile(
    changed: Instance, node: Node, sessions: SessionFactory
) -> None:
    """F61: with a fallback, people do not notice; both indices follow the log."""
    search = replace(changed.settings.search, fallback="tantivy")
    with_fallback = Instance(changed.settings, sessions)
    with_fallback.settings = replace(changed.settings, search=search)
    assert type_(with_fallback, "search", "check").exit_code == 0
    opened = engine.open_index(with_fallback.settings)
    app = create_app(with_fallback.settings, sessions=sessions, store=changed.store, index=opened)
    before = opened.search(Query("gia"))
    with killed(node):
        is_in_one_sentence(type_(with_fallback, "harvest", "run", "bo"))
        assert app.test_client().get(FOUND).status_code == 200
        assert opened.search(Query("gia")).ids == before.ids
    follows(with_fallback, "status")


@pytest.mark.parametrize("block", ["read_only_allow_delete", "read_only"])
def test_f62_server_refuses_writes(changed: Instance, client: Elasticsearch, block: str) -> None:
    """F62: as when its disk is nearly full; "not now" is no fault of a document."""
    index = changed.settings.search.index
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": True})
    is_in_one_sentence(type_(changed, "harvest", "run", "bo"))
    data_is_there(changed)
    assert changed.client().get(FOUND).status_code == 200
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": None})
    follows(changed, "harvest", "run", "bo")
    with changed.sessions() as session:
        assert indexer.lag(session, changed.followed.reader) == 0


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [("modified", "hôm qua", "hôm qua"), ("title_sort", "1" * 40_000, "immense term")],
)
def test_f63_one_document_is_refused(
    changed: Instance, field: str, value: str, reason: str
) -> None:
    """F63: by us or by the server; it is set aside and told, the others are indexed."""
    dataset = changed.dataset("Bảng giá đất")
    with changed.sessions.begin() as session:
        session.execute(
            text(
                "UPDATE dataset SET search_document = search_document"
                " || jsonb_build_object(CAST(:field AS text), CAST(:value AS text)) WHERE id = :id"
            ),
            {"field": field, "value": value, "id": dataset.id},
        )
        for identifier in (dataset.id, changed.dataset("Danh sách trường học tỉnh Đắk Lắk").id):
            events.append(session, actor="test", kind="changed", subject=("dataset", identifier))
    checked = type_(changed, "search", "check")
    assert (checked.exit_code, "1 datasets set aside" in checked.output) == (2, True)
    assert str(dataset.id) in type_(changed, "status").output
    found = drift.check(
        changed.sessions, changed.index, rendering.all_versions, reader=changed.followed.reader
    )
    assert not found
    assert reason in found.refused[str(dataset.id)]
    # The next change of the dataset renders it anew.
    follows(changed, "harvest", "run", "bo")


def test_f64_lost_index_is_filled_again(changed: Instance, client: Elasticsearch) -> None:
    """F64: somebody deleted it."""
    alias = changed.settings.search.index
    for name in list(client.indices.get_alias(name=alias)):
        client.indices.delete(index=name)
    assert type_(changed, "harvest", "run", "bo").exit_code == 0
    data_is_there(changed)
    follows(changed, "status")


def test_f64_rebuild_is_not_noticed_by_readers(changed: Instance) -> None:
    """F64: every search during rebuilds finds all there is."""
    type_(changed, "harvest", "run", "bo")
    stop, totals = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            totals.append(changed.index.search(Query()).total)

    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(read) for _ in range(2)]
        for _ in range(3):
            assert type_(changed, "search", "rebuild").exit_code == 0
        stop.set()
    for done in reading:
        done.result()
    assert set(totals) == {2}


def test_f65_server_hangs(settings: Settings, changed: Instance, node: Node) -> None:
    """F65: searches are given up, after one of them the others wait for nothing; pages go on."""
    search = replace(settings.search, timeout_seconds=0.5)
    impatient = Instance(replace(settings, search=search), changed.sessions)
    client = impatient.client()
    with hanging(node):
        assert client.get(FOUND).status_code == 503
        with ThreadPoolExecutor(8) as many:
            paths = [FOUND, "/dataset/bang-gia-dat"] * 25
            # One application for all: Python 3.11 trips over two that are made at once.
            visitors = client.application.test_client
            answers = list(many.map(lambda path: visitors().get(path).status_code, paths))
        assert answers == [503, 200] * 25
        is_in_one_sentence(type_(impatient, "harvest", "run", "bo"))
        data_is_there(impatient)
    follows(changed, "harvest", "run", "bo")


def test_damage_by_hand_is_named_and_mended(changed: Instance, client: Elasticsearch) -> None:
    """One document is gone, one too many, one old; the server remembers newer versions of them."""
    type_(changed, "harvest", "run", "bo")
    alias = changed.settings.search.index
    versions = changed.index.versions()
    gone, old = sorted(versions)
    client.delete(index=alias, id=gone, refresh=True)
    changed.index.put([{"id": "0" * 32, "title": "Thừa"}])
    client.delete(index=alias, id=old, refresh=True)
    with changed.sessions() as session:
        told = rendering.load(session, [old]).documents[old]
    older = elasticsearch_words.document(told) | {"version": versions[old] - 1}
    client.index(index=alias, id=old, document=older, refresh=True)
    broken = type_(changed, "search", "check")
    assert broken.exit_code == 1
    assert "lacks 1 datasets, has 1 too many and 1 in another version" in broken.output
    follows(changed, "search", "check", "--repair")
