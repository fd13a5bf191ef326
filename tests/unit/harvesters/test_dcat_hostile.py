"""Catalogues that lie, loop, and lead to files and inner addresses, over a real client."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from harvesters.dcat import Dcat
from opendata.config import Http
from opendata.errors import SourceFailure, SourceIncomplete
from opendata.harvester import SourceConfig
from opendata.records import RejectedRecord, SourceRecord
from opendata.transport.client import Transport

Walk = Callable[[str], tuple[list[Any], SourceFailure | None]]


@pytest.fixture
def walk(hostile: ModuleType) -> Iterator[Walk]:
    """Harvests one address: what came, and the failure at the end; nobody reaches the canary."""
    server = hostile.start(0, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host = f"127.0.0.1:{server.server_address[1]}"
    client = Transport(Http(allow_private_hosts=(host,), tries=1))

    def discover(path: str) -> tuple[list[Any], SourceFailure | None]:
        found: list[Any] = []
        try:
            for record in Dcat(SourceConfig("s", f"http://{host}{path}"), client).discover():
                found.append(record)
        except SourceFailure as failure:
            return found, failure
        return found, None

    yield discover
    server.shutdown()
    server.server_close()
    thread.join()
    assert hostile.CANARY == {}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/jsonld/remote-context", "bad-rdf"),
        ("/jsonld/file-context", "bad-rdf"),
        ("/jsonld/import-context", "bad-rdf"),
        ("/jsonld/self-context", "bad-rdf"),
        ("/json/deep", "bad-rdf"),
        ("/json/deep-object", "bad-rdf"),
        ("/json/bigint", "bad-rdf"),
        ("/json/nan", "bad-rdf"),
        ("/json/truncated", "bad-rdf"),
        ("/json/trailing", "bad-rdf"),
        ("/json/utf16", "bad-rdf"),
        ("/xml/xxe-file", "unsafe-xml"),
        ("/xml/xxe-http", "unsafe-xml"),
        ("/xml/xxe-param", "unsafe-xml"),
        ("/xml/billion-laughs", "unsafe-xml"),
        ("/xml/quadratic", "unsafe-xml"),
        ("/rdf/xxe.rdf", "unsafe-xml"),
        ("/xml/xinclude", "bad-rdf"),
        ("/xml/stylesheet", "bad-rdf"),
        ("/xml/deep", "bad-rdf"),
        ("/xml/wide-attributes", "bad-rdf"),
        ("/xml/truncated", "bad-rdf"),
    ],
)
def test_what_is_unsafe_or_broken_is_refused_by_name(walk: Walk, path: str, reason: str) -> None:
    records, failure = walk(path)
    assert records == []
    assert failure is not None
    assert (failure.reason, isinstance(failure, SourceIncomplete)) == (reason, False)
    assert "root:" not in str(failure)


def test_context_of_a_stranger_is_named_with_what_to_do(walk: Walk) -> None:
    _, failure = walk("/jsonld/file-context")
    assert failure is not None
    assert "file:///etc/passwd is not bundled; ask the source to write it inline" in str(failure)


def test_catalogue_that_leads_to_itself_ends(walk: Walk) -> None:
    _, failure = walk("/dcat/hydra-loop")
    assert isinstance(failure, SourceIncomplete)
    assert failure.reason == "paging-broken"


def test_page_without_datasets_that_leads_elsewhere_is_not_followed(walk: Walk) -> None:
    _, failure = walk("/dcat/hydra-offsite")
    assert isinstance(failure, SourceIncomplete)
    assert failure.reason == "paging-broken"


def test_data_json_is_taken_dataset_by_dataset(walk: Walk) -> None:
    records, failure = walk("/dcat/data.json")
    assert failure is None
    kept = [record for record in records if isinstance(record, SourceRecord)]
    rejected = [record for record in records if isinstance(record, RejectedRecord)]
    assert [record.upstream_id for record in kept] == ["a", "b"]
    assert kept[0].title == {"vi": "A"}
    assert kept[1].distributions[0].url.endswith("/ok.csv")
    codes = Counter(record.problems[0].code for record in rejected)
    assert codes == {"duplicate-id": 1, "missing-id": 2}


def test_bad_iris_are_problems_and_no_links(walk: Walk) -> None:
    records, failure = walk("/rdf/bad-iri.ttl")
    assert failure is None or failure.reason == "bad-rdf"
    assert all(isinstance(record, RejectedRecord) for record in records)
