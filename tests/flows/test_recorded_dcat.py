"""A recorded DCAT feed through the whole chain, its files replaced by small ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opendata.models import Dataset, Publisher, Resource
from tests.instance import Instance
from tests.loopback import Loopback

TYPES = {
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
}


@pytest.fixture
def feed(shared_inputs: Path) -> Path:
    return shared_inputs / "inputs" / "dcat" / "recorded-ckanext-dcat"


def replay(site: Loopback, feed: Path, form: str) -> str:
    """Let the site answer as recorded, page by page; return the address of the catalogue."""
    site.put("/file", b"%PDF-1.4 recorded", "text/plain")
    for page in ("1", "2", "3"):
        body = (feed / f"catalog-{page}.{form}").read_bytes()
        body = body.replace(b"http://ckan.example", site.url.encode())
        body = re.sub(rb"http://127\.0\.0\.1:55001/files/", site.url.encode() + b"/file?", body)
        query = f"?fq=organization:uy-ban-nhan-dan-dong-nai&page={page}"
        site.put(f"/catalog.{form}{query}", body, TYPES[form])
    return f"{site.url}/catalog.{form}?fq=organization:uy-ban-nhan-dan-dong-nai&page=1"


def count(instance: Instance, what: Any) -> int:
    with instance.sessions() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_feed_of_two_pages_is_harvested_and_then_changes_nothing_in_any_form(
    instance: Instance, source_site: Loopback, feed: Path
) -> None:
    url = replay(source_site, feed, "ttl")
    instance.add_source("dong-nai", "dcat", url)
    run = instance.harvest("dong-nai")
    assert (run.state, run.counts["created"], run.counts["resources"]) == ("succeeded", 107, 214)
    assert (count(instance, Dataset), count(instance, Resource)) == (107, 214)
    assert count(instance, Publisher) == 1
    for form in ("ttl", "jsonld"):
        instance.change_source("dong-nai", url=replay(source_site, feed, form))
        again = instance.harvest("dong-nai")
        assert (again.state, again.counts) == ("succeeded", {"unchanged": 107, "resources": 214})


def test_page_that_was_cut_is_partial_and_nothing_is_absent(
    instance: Instance, source_site: Loopback, feed: Path
) -> None:
    url = replay(source_site, feed, "ttl")
    instance.add_source("dong-nai", "dcat", url)
    instance.harvest("dong-nai")
    second = source_site.answers["/catalog.ttl?fq=organization:uy-ban-nhan-dan-dong-nai&page=2"]
    second.body = second.body[: len(second.body) // 2]
    run = instance.harvest("dong-nai")
    assert (run.state, run.reason) == ("partial", "bad-rdf")
    assert (run.counts["announced"], run.counts["unchanged"]) == (107, 100)
    assert "absent" not in run.counts
    with instance.sessions() as session:
        assert set(session.scalars(select(Dataset.state))) == {"active"}
