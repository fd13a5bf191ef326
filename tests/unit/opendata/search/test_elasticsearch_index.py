"""What holds for the search server alone: numbered indices, releases, parts, single refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from opendata.config import Search
from opendata.errors import SearchUnavailable
from opendata.search.base import Query, Written
from opendata.search.elasticsearch_index import ElasticsearchIndex
from tests.contracts.search_documents import ALL, document
from tests.services.elasticsearch_names import removed_afterwards, search_settings

ONE = {"id": "one", "title": "Đất đai"}
TWO = {"id": "two", "title": "Dân số"}


@pytest.fixture
def search(elasticsearch_url: str, tmp_path: Path) -> Iterator[Search]:
    with removed_afterwards(elasticsearch_url):
        yield search_settings(elasticsearch_url, tmp_path)


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url, request_timeout=60) as client:
        yield client


def numbered(client: Elasticsearch, search: Search) -> list[str]:
    return sorted(client.indices.get(index=f"{search.index}-*").body)


def test_rebuild_switches_the_alias_and_removes_the_old_index(
    client: Elasticsearch, search: Search
) -> None:
    index = ElasticsearchIndex(search)
    index.put([ONE])
    assert numbered(client, search) == [f"{search.index}-1"]
    index.rebuild([TWO])
    assert numbered(client, search) == [f"{search.index}-2"]
    assert list(client.indices.get_alias(name=search.index)) == [f"{search.index}-2"]


def test_left_over_of_a_dead_rebuild_is_removed_by_the_next(
    client: Elasticsearch, search: Search
) -> None:
    index = ElasticsearchIndex(search)
    index.put([ONE])
    client.indices.create(index=f"{search.index}-7")
    index.rebuild([TWO])
    assert numbered(client, search) == [f"{search.index}-8"]


def test_failed_rebuild_leaves_no_index_behind(client: Elasticsearch, search: Search) -> None:
    index = ElasticsearchIndex(search)
    index.put([ONE])
    with pytest.raises(KeyError):
        index.rebuild([TWO, {"title": "no id"}])
    assert numbered(client, search) == [f"{search.index}-1"]


def test_index_of_another_instance_is_left_alone(client: Elasticsearch, search: Search) -> None:
    other = ElasticsearchIndex(replace(search, index=f"{search.index}-staging"))
    other.put([ONE])
    ElasticsearchIndex(search).rebuild([TWO])
    assert other.ids() == {"one"}


def test_index_where_the_alias_should_be_is_named(client: Elasticsearch, search: Search) -> None:
    client.indices.create(index=search.index)
    with pytest.raises(SearchUnavailable, match="delete it, or choose another name"):
        ElasticsearchIndex(search).rebuild([ONE])


def test_lost_index_is_not_made_by_a_write(client: Elasticsearch, search: Search) -> None:
    index = ElasticsearchIndex(search)
    index.put([ONE])
    client.indices.delete(index=f"{search.index}-1")
    assert not index.is_built()
    index.remove(["one"])
    assert not client.indices.exists(index=search.index)


def test_index_of_another_release_is_built_anew(client: Elasticsearch, search: Search) -> None:
    index = ElasticsearchIndex(search)
    index.put([ONE])
    assert index.is_built()
    client.indices.put_mapping(index=search.index, meta={"layout": "older"})
    assert not index.is_built()
    with pytest.raises(SearchUnavailable, match="run `opendata search rebuild`"):
        index.put([TWO])
    index.rebuild([TWO])
    assert index.is_built()


def test_documents_that_the_server_refuses_are_named_and_all_others_written(
    search: Search,
) -> None:
    index = ElasticsearchIndex(search)
    many = [document(f"d{number}", "Hàng") for number in range(20)]
    too_long = document("too-long", "Một", title_sort="1" * 40_000)
    long_id = document("x" * 600, "Một")
    for write in (index.rebuild, index.put):
        written = write([*many, too_long, *many, long_id])
        assert written.count == 20
        assert set(written.refused) == {"too-long", "x" * 600}
        assert "immense term" in written.refused["too-long"]
        assert index.search(Query("hàng")).total == 20


def test_scores_do_not_hang_on_the_number_of_parts(search: Search, tmp_path: Path) -> None:
    parts = ElasticsearchIndex(replace(search, index=f"{search.index}-parts", shards=5))
    whole = ElasticsearchIndex(search)
    for index in (parts, whole):
        assert index.rebuild(ALL) == Written(len(ALL))
    for query in (Query("đất thuế"), Query("bệnh viện"), Query(), Query("đất", sort="title")):
        assert parts.search(query) == whole.search(query)


def test_closed_index_opens_again(search: Search) -> None:
    index = ElasticsearchIndex(search)
    index.put([ONE])
    index.close()
    assert index.ids() == {"one"}
