"""Looking at an address: which kind answers, what it gives, and when the looking ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import harvesters
from opendata.config import Http, Settings
from opendata.errors import SourceFailure
from opendata.harvester import HttpClient, SourceConfig
from opendata.models import Source
from opendata.pipeline import probe
from opendata.pipeline.probe import Probe
from tests.loopback import Loopback

LIST = "dataset_id,title,publisher,licence,file_id,file_name,file_url,format\n"
SEARCH = "/api/3/action/package_search"


@pytest.fixture
def http(settings: Settings) -> Http:
    return settings.http


def look(url: str, http: Http, *, registry: Any = None, **values: Any) -> Probe:
    registry = registry or harvesters.REGISTRY
    draft = Source(
        **{"name": "test", "kind": "", "url": url, "options": {}, "contact": {}, **values}
    )
    return probe.probe(draft, registry, http, kinds=probe.order_of(registry))


def package(number: int, **values: Any) -> dict[str, Any]:
    return {"id": f"d{number}", "title": f"Bộ dữ liệu {number}", **values}


def portal(site: Loopback, packages: list[Any], *, count: int | None = None) -> str:
    result = {"count": len(packages) if count is None else count, "results": packages}
    site.put_json(SEARCH, {"success": True, "result": result})
    return site.url


def test_portal_is_found_and_summed_up(source_site: Loopback, http: Http) -> None:
    files = [{"id": "1", "url": "https://x.vn/a.csv", "format": "CSV"}]
    url = portal(
        source_site,
        [package(1, license_id="cc-by", resources=files), package(2, license_id="?", url="x y")],
    )
    finding = look(url, http).finding
    assert finding is not None
    assert (finding.kind, finding.announced, finding.is_whole) == ("ckan", 2, True)
    assert [record.upstream_id for record in finding.records] == ["d1", "d2"]
    assert finding.formats == {"csv": 1}
    assert finding.licences == {"cc-by": 1, "?": 1}
    assert finding.problems["unknown-licence", "licence"] == 1
    assert finding.problems["bad-url", "url"] == 1


def test_list_of_files_is_found_after_the_others_refused(source_site: Loopback, http: Http) -> None:
    url = source_site.put("/list.csv", LIST + "gia,Giá đất,Bộ,odl-vn,g,Giá,gia.csv,csv\n")
    found = look(url, http)
    assert found.finding is not None
    assert found.finding.kind == "file_list"
    assert [refusal.kind for refusal in found.refusals][0] == "ckan"
    assert "/gia.csv" not in source_site.asked


def test_looking_ends_after_fifty_records_and_one_page(source_site: Loopback, http: Http) -> None:
    url = portal(source_site, [package(number) for number in range(100)], count=90_000)
    finding = look(url, http).finding
    assert finding is not None
    assert (len(finding.records), finding.is_whole, finding.announced) == (50, False, 90_000)
    assert (finding.requests, len(source_site.asked)) == (1, 1)


def test_list_that_breaks_off_is_said(source_site: Loopback, http: Http) -> None:
    finding = look(portal(source_site, [package(1)], count=9), http).finding
    assert finding is not None
    assert finding.broke_off is not None
    assert len(finding.records) == 1


@pytest.mark.parametrize(
    ("packages", "sentence"),
    [([], "lists no dataset"), ([{"id": "x"}, 1], "none of its first 2 datasets can be used")],
)
def test_kind_without_a_good_record_does_not_fit(
    source_site: Loopback, http: Http, packages: list[Any], sentence: str
) -> None:
    found = look(portal(source_site, packages), http, registry={"ckan": harvesters.Ckan})
    assert found.finding is None
    assert sentence in str(found.refusals[0].failure)


def test_address_inside_the_network_is_refused_at_once(http: Http) -> None:
    found = look("http://10.0.0.5/data", http)
    assert [refusal.failure.reason for refusal in found.refusals] == ["forbidden-address"]
    assert "allow_private_hosts" in str(found.refusals[0].failure)


def test_public_site_does_not_lead_to_hosts_that_are_named_for_others(
    source_site: Loopback, http: Http
) -> None:
    found = look(source_site.url, replace(http, allow_private_hosts=("10.0.0.5:8080",)))
    assert found.finding is None
    assert source_site.asked == []


def test_kinds_are_asked_in_their_order() -> None:
    registry = dict.fromkeys(("zeta", "file_list", "dcat", "alpha", "ckan"), harvesters.Ckan)
    assert probe.order_of(registry) == ["ckan", "dcat", "file_list", "alpha", "zeta"]


class Endless:
    """A harvester that asks page after page and never gives a record."""

    def __init__(self, source: SourceConfig, http: HttpClient) -> None:
        self._source = source
        self._http = http

    def discover(self) -> Any:
        """List nothing, without end."""
        while True:
            self._http.get_json(self._source.url)
        yield


def test_looking_ends_in_time(source_site: Loopback, http: Http) -> None:
    seconds = iter(range(0, 10_000, 10))
    draft = Source(name="test", url=source_site.url, options={}, contact={})
    source_site.put_json("", {})
    source_site.put_json("/", {})
    found = probe.probe(
        draft,
        {"endless": Endless},  # type: ignore[dict-item]
        http,
        kinds=["endless"],
        clock=lambda: float(next(seconds)),
    )
    failure = found.refusals[0].failure
    assert isinstance(failure, SourceFailure)
    assert failure.reason == "too-slow"
    assert 0 < len(source_site.asked) < 10
