"""Real recorded CKAN answers through the whole chain, their files replaced by small ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opendata.models import Dataset, Publisher, Resource, Run
from tests.instance import Instance
from tests.loopback import Loopback

SEARCH = "/api/3/action/package_search"


def replay(site: Loopback, body: bytes) -> None:
    """Let the site answer as recorded; files that the records name lie at this site, small."""
    answer = json.loads(body)
    for package in answer["result"]["results"]:
        for resource in package["resources"]:
            resource["url"] = site.put(f"/{resource['id']}.pdf", b"%PDF-1.4 recorded", "text/plain")
    site.put_json(SEARCH, answer)


def harvest(instance: Instance, site: Loopback, body: bytes, **options: str) -> Run:
    replay(site, body)
    instance.add_source("brasil", "ckan", site.url, options={"language": "und", **options})
    return instance.harvest("brasil")


@pytest.fixture
def ckan(shared_inputs: Path) -> Path:
    return shared_inputs / "inputs" / "ckan"


def count(instance: Instance, what: Any) -> int:
    with instance.sessions() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_listing_that_was_cut_is_partial_and_nothing_is_concluded(
    instance: Instance, source_site: Loopback, ckan: Path
) -> None:
    body = (ckan / "dados_gov_br_package_search_p1.json").read_bytes()
    run = harvest(instance, source_site, body)
    assert (run.state, run.counts["announced"], run.counts["created"]) == ("partial", 13786, 10)
    assert (count(instance, Dataset), count(instance, Publisher)) == (10, 3)
    assert count(instance, Resource) == 227
    again = instance.harvest("brasil")
    assert (again.state, again.counts["unchanged"]) == ("partial", 10)
    assert "absent" not in again.counts


def test_whole_search_of_one_organisation_succeeds_and_repeats(
    instance: Instance, source_site: Loopback, ckan: Path
) -> None:
    body = (ckan / "dados_gov_br_search_org_aeb.json").read_bytes()
    run = harvest(instance, source_site, body, q="organization:agencia-espacial-brasileira-aeb")
    assert (run.state, run.counts["created"], run.counts["resources"]) == ("succeeded", 6, 18)
    assert count(instance, Publisher) == 1
    assert instance.harvest("brasil").counts == {"unchanged": 6, "resources": 18}


def test_recorded_ckan_2_12_becomes_datasets(
    instance: Instance, source_site: Loopback, ckan: Path
) -> None:
    recorded = json.loads((ckan / "recorded-2.12" / "package_search_default.json").read_bytes())
    body = recorded["response"]["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    expected = json.loads(text)["result"]["count"]
    run = harvest(instance, source_site, text.encode())
    assert run.counts["created"] == min(expected, 10)
    with instance.sessions() as session:
        assert all(session.scalars(select(Dataset.publisher_id.is_not(None))))
