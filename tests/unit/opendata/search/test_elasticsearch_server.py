"""Who we are at the search server, and that no error names an address or a credential."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opendata.config import Search
from opendata.errors import SearchUnavailable, SettingError
from opendata.search import elasticsearch_server as server
from opendata.search.base import Query
from opendata.search.elasticsearch_index import ElasticsearchIndex
from tests import raw_site
from tests.raw_site import Site

PASSWORD = "CANARY-SECRET"


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that is no search server, or one that does not let us in."""
    with Site().served() as site:
        yield site


def at(url: str, **more: object) -> Search:
    return replace(Search(engine="elasticsearch", urls=(url,), timeout_seconds=10.0), **more)


def answer(status: int, body: str) -> bytes:
    product = {"x_elastic_product": "Elasticsearch", "content_type": "application/json"}
    return raw_site.answer(body.encode(), status, **product)


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (Search(), "search.urls is empty"),
        (at("http://me:CANARY-SECRET@127.0.0.1:9200"), "must hold no user and no password"),
        (at("127.0.0.1:9200"), "write it as https://host:9200"),
        (at("http://127.0.0.1"), "write it as https://host:9200"),
        (at("https://127.0.0.1:9200", ca_file="/nowhere.pem"), "must be a PEM file"),
        (at("https://127.0.0.1:9200", user="me", password_env="NOT_SET"), "NOT_SET is not set"),
        (at("https://127.0.0.1:9200", api_key_env="NOT_SET"), "NOT_SET is not set"),
    ],
)
def test_wrong_setting_stops_the_start(search: Search, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence) as raised:
        server.connect(search)
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    ("setting", "header"),
    [
        ({"user": "me", "password_env": "OPENDATA_SECRET_SEARCH"}, "Basic bWU6Q0FOQVJZ"),
        ({"api_key_env": "OPENDATA_SECRET_SEARCH"}, "ApiKey CANARY-SECRET"),
    ],
)
def test_credential_comes_from_the_environment(
    site: Site, monkeypatch: pytest.MonkeyPatch, setting: dict[str, str], header: str
) -> None:
    monkeypatch.setenv("OPENDATA_SECRET_SEARCH", PASSWORD)
    site.put("/_alias/opendata", answer(404, "{}"))
    assert not ElasticsearchIndex(at(site.url, **setting)).is_built()
    (_, headers), *_ = site.asked
    assert headers["authorization"].startswith(header)


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (401, '{"error": {"type": "security_exception"}}', "does not know us"),
        (403, '{"error": {"type": "security_exception"}}', "403 .security_exception"),
        (429, '{"error": {"type": "rejected"}}', "429 .rejected"),
        (500, "<h1>Oh</h1>", "cannot be reached|500"),
    ],
)
def test_error_is_one_sentence_without_address_and_credential(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int, body: str, sentence: str
) -> None:
    monkeypatch.setenv("OPENDATA_SECRET_SEARCH", PASSWORD)
    site.put("/_alias/opendata", answer(status, body))
    index = ElasticsearchIndex(at(site.url, user="someone", password_env="OPENDATA_SECRET_SEARCH"))
    with pytest.raises(SearchUnavailable, match=sentence) as raised:
        index.is_built()
    for secret in (PASSWORD, "someone", "127.0.0.1", site.host.rpartition(":")[2]):
        assert secret not in str(raised.value)


def test_server_out_of_reach_is_said(tmp_path: Path) -> None:
    with pytest.raises(SearchUnavailable, match="cannot be reached") as raised:
        ElasticsearchIndex(at("http://127.0.0.1:9")).search(Query("đất"))
    assert "127.0.0.1" not in str(raised.value)
