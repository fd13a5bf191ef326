"""Real DCAT documents: a recorded CKAN, examples of profiles, a Vietnamese city, data.json."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harvesters.dcat import Dcat
from opendata.errors import SourceFailure, SourceIncomplete
from opendata.harvester import SourceConfig
from opendata.records import RejectedRecord, SourceRecord
from tests.unit.harvesters.conftest import Site

DATASETS = {
    "catalog.rdf": 2,
    "catalog_datasets_list.rdf": 2,
    "catalog_pod.jsonld": 1,
    "catalog_with_at_graph.jsonld": 1,
    "dataset.rdf": 1,
    "dataset_afs.ttl": 1,
    "dataset_deri.ttl": 1,
    "dataset_gob_es.ttl": 1,
    "dataset_gov_de.rdf": 1,
    "dataset_health.ttl": 1,
    "dataset_health_multilingual.ttl": 1,
    "dataset_health_no_blank.ttl": 1,
    "dataset_multilingual.ttl": 1,
    "dataset_sweden.rdf": 1,
}


def read(site: Site, path: Path) -> tuple[list[Any], SourceFailure | None]:
    """Harvest one document."""
    site.replies[f"/{path.name}"] = path.read_bytes()
    found: list[Any] = []
    try:
        source = SourceConfig("s", f"{site.url}/{path.name}")
        for record in Dcat(source, site.client).discover():
            found.append(record)
    except SourceFailure as failure:
        return found, failure
    return found, None


@pytest.fixture
def dcat(shared_inputs: Path) -> Path:
    return shared_inputs / "inputs" / "dcat"


def recorded(site: Site, folder: Path, form: str) -> list[SourceRecord]:
    """Harvest the recorded pages of one form, moved to this site."""

    def reply(query: dict[str, str]) -> bytes:
        page = folder / f"catalog-{query.get('page', '1')}.{form}"
        return page.read_bytes().replace(b"http://ckan.example", site.url.encode())

    site.replies[f"/catalog.{form}"] = reply
    source = SourceConfig("s", f"{site.url}/catalog.{form}")
    records = list(Dcat(source, site.client).discover())
    assert all(isinstance(record, SourceRecord) for record in records)
    return records  # type: ignore[return-value]


def test_recorded_feed_is_the_same_in_three_forms(site: Site, dcat: Path) -> None:
    folder = dcat / "recorded-ckanext-dcat"
    turtle, xml, json_ld = (recorded(site, folder, form) for form in ("ttl", "rdf", "jsonld"))
    assert len(turtle) == 107
    assert sum(len(record.distributions) for record in turtle) == 214
    assert turtle == xml == json_ld
    assert not any(record.problems for record in turtle)
    assert [query.get("page") for _, query in site.asked] == [None, "2"] * 3


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_examples_of_ckanext_dcat(site: Site, dcat: Path, name: str) -> None:
    records, failure = read(site, dcat / "ckanext-dcat" / name)
    assert failure is None
    assert [type(record) for record in records] == [SourceRecord] * DATASETS[name]
    assert all(json.loads(record.raw)["@graph"] for record in records)


def test_unbound_prefix_is_told_with_its_line(site: Site, dcat: Path) -> None:
    records, failure = read(site, dcat / "ckanext-dcat" / "dataset.ttl")
    assert records == []
    assert failure is not None
    assert failure.reason == "bad-rdf"
    assert 'Prefix "healthdcatap:" not bound at line 158' in str(failure)


def test_examples_of_the_profile_are_the_same_as_json_ld(site: Site, dcat: Path) -> None:
    counts = Counter()
    for turtle in sorted((dcat / "semic-hvd-2.2.0").glob("*.ttl")):
        records, failure = read(site, turtle)
        others, other_failure = read(site, turtle.with_suffix(".jsonld"))
        assert records == others
        assert getattr(failure, "reason", "") == getattr(other_failure, "reason", "")
        counts[getattr(failure, "reason", "datasets")] += len(records) or 1
    # A licence and two data services are no catalogues; one catalogue lists what is elsewhere.
    assert counts == {"datasets": 16, "bad-rdf": 3, "count-mismatch": 1}


def test_catalogue_of_ho_chi_minh_city(site: Site, shared_inputs: Path) -> None:
    path = shared_inputs / "inputs" / "vietnam" / "hcmc_dcat_catalog_excerpt.xml"
    records, failure = read(site, path)
    assert failure is None
    assert len(records) == 4
    assert sum(len(record.distributions) for record in records) == 11
    problems = [problem for record in records for problem in record.problems]
    assert [problem.code for problem in problems] == ["wrong-type"] * 4
    assert sum(record.publisher is None for record in records) == 1
    (storms,) = [record for record in records if record.distributions]
    assert storms.upstream_id == "cd4a3d0c-bdd7-42ca-9d46-fc60ff9ca9df"
    assert {file.format for file in storms.distributions} == {"xlsx", "xlb"}
    assert all(file.url.endswith(".xls") for file in storms.distributions)
    assert storms.title == {"vi": "Dữ liệu về phòng chống thiên tai trên địa bàn Thành phố"}
    assert storms.notes["vi"].startswith("<p>Cung cấp")


def test_data_json_of_an_agency(site: Site, shared_inputs: Path) -> None:
    path = shared_inputs / "inputs" / "datajson" / "healthdata.gov.data.json"
    records, failure = read(site, path)
    assert failure is None
    rejected = [record for record in records if isinstance(record, RejectedRecord)]
    assert (len(records), len(rejected)) == (1762, 1762 - 1656)
    assert {record.problems[0].code for record in rejected} == {"duplicate-id"}


@pytest.mark.parametrize(
    ("name", "kept", "rejected"),
    [
        ("missing-identifier-title.data.json", 1, 2),
        ("missing-dataset-fields.data.json", 1, 1),
        ("numerical-title.data.json", 1, 0),
        ("null-spatial.data.json", 1, 0),
        ("small-education.json", 88, 1),
    ],
)
def test_data_json_is_taken_dataset_by_dataset(
    site: Site, shared_inputs: Path, name: str, kept: int, rejected: int
) -> None:
    records, failure = read(site, shared_inputs / "inputs" / "datajson" / name)
    assert failure is None
    assert Counter(type(record) for record in records) == Counter(
        {SourceRecord: kept, RejectedRecord: rejected}
    )


@pytest.mark.parametrize("name", ["bad.json", "good-but-not-data.json"])
def test_json_that_is_no_catalogue_fails(site: Site, shared_inputs: Path, name: str) -> None:
    records, failure = read(site, shared_inputs / "inputs" / "datajson" / name)
    assert records == []
    assert failure is not None
    assert (failure.reason, isinstance(failure, SourceIncomplete)) == ("bad-rdf", False)
