"""What every harvester of the registry promises, against a small real source on loopback.

A new harvester joins by one entry in `SOURCES`: the paths its source answers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

import harvesters
from harvesters import REGISTRY
from opendata.config import Http
from opendata.errors import SourceFailure
from opendata.harvester import Harvester, SourceConfig
from opendata.records import RejectedRecord, SourceRecord
from opendata.transport.client import Transport
from tests.loopback import Answer, Loopback

FILE = b"id,name\n1,a\n"
PAGE = b"<!doctype html><html><body>Please log in</body></html>"
NOT_FOR_HARVESTERS = ("flask", "sqlalchemy", "pandas", "pyarrow", "tantivy", "httpcore")

_RESOURCES = [{"id": "f1", "url": "{url}/file.csv"}, {"id": "f2", "url": "{url}/file.csv?2"}]
_PACKAGES = [{"id": "d1", "title": "Một", "resources": _RESOURCES}, {"id": "d2", "title": "Hai"}]
_LISTING = {"success": True, "result": {"count": 3, "results": [*_PACKAGES, "broken"]}}
_CATALOGUE = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<{url}/> a dcat:Catalog ; dcat:dataset <d1>, <d2>, [ dct:title "Ba" ] .
<d1> a dcat:Dataset ; dct:identifier "d1" ; dct:title "Một" ; dcat:distribution
  [ dct:identifier "f1" ; dct:title "1" ; dcat:downloadURL <file.csv> ] ,
  [ dct:identifier "f2" ; dct:title "2" ; dcat:downloadURL <file.csv?2> ] .
<d2> a dcat:Dataset ; dct:identifier "d2" ; dct:title "Hai" .
"""
# Two datasets, the first with two files, and one record that is broken.
SOURCES: Mapping[str, Mapping[str, str]] = {
    "ckan": {"/api/3/action/package_search": json.dumps(_LISTING)},
    "dcat": {"/": _CATALOGUE},
    "file_list": {
        "/": "dataset_id,title,file_id,file_url\n"
        "d1,Một,f1,/file.csv\nd1,Một,f2,/file.csv?2\nd2,Hai,f3,/file.csv\n,Ba,f4,/file.csv\n"
    },
}


@pytest.fixture
def site(source_site: Loopback) -> Loopback:
    """A site that answers a web page wherever it has nothing else."""
    source_site.default = Answer(PAGE)
    return source_site


@pytest.fixture(params=sorted(REGISTRY))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def harvester(site: Loopback, kind: str) -> Harvester:
    for path, text in SOURCES[kind].items():
        site.put(path, text.replace("{url}", site.url))
    site.put("/file.csv", FILE)
    return make(site, kind)


def make(site: Loopback, kind: str, **options: str) -> Harvester:
    host = site.url.removeprefix("http://")
    client = Transport(Http(allow_private_hosts=(host,), tries=1))
    return REGISTRY[kind](SourceConfig("sample", f"{site.url}/", options), client)


def records(harvester: Harvester) -> list[SourceRecord]:
    return [record for record in harvester.discover() if isinstance(record, SourceRecord)]


def test_every_dataset_is_listed(harvester: Harvester) -> None:
    assert [record.upstream_id for record in records(harvester)] == ["d1", "d2"]


def test_listing_twice_gives_the_same(harvester: Harvester) -> None:
    assert list(harvester.discover()) == list(harvester.discover())


def test_broken_record_is_told_and_does_not_stop_the_rest(harvester: Harvester) -> None:
    (broken,) = [item for item in harvester.discover() if isinstance(item, RejectedRecord)]
    assert broken.upstream_id
    assert broken.problems
    assert broken.raw


def test_raw_document_is_kept_as_json(harvester: Harvester) -> None:
    assert all(json.loads(record.raw) for record in records(harvester))


def test_files_have_keys_of_their_own(harvester: Harvester) -> None:
    keys = [file.key for file in records(harvester)[0].distributions]
    assert keys == ["f1", "f2"]


def test_files_open_to_their_bytes(harvester: Harvester) -> None:
    for file in records(harvester)[0].distributions:
        with harvester.open(file) as transfer:
            assert b"".join(transfer) == FILE


def test_page_for_people_is_a_failure_and_not_an_empty_list(site: Loopback, kind: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        list(make(site, kind).discover())
    assert caught.value.reason == "unexpected-type"


def test_unknown_option_is_refused(site: Loopback, kind: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        make(site, kind, no_such_option="1")
    assert caught.value.reason == "bad-option"


def test_harvesters_need_no_layer_above_the_contract() -> None:
    code = (
        "import sys, harvesters; "
        "print(' '.join(name for name in sys.modules if not name.startswith('_')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split())
    assert "harvesters.ckan" in loaded
    assert loaded.isdisjoint(NOT_FOR_HARVESTERS)


def test_registry_from_outside_cannot_replace_ours() -> None:
    assert harvesters.registry().items() >= REGISTRY.items()
