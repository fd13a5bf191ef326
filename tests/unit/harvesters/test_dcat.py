"""The pages of a DCAT catalogue: forms, paging, which dataset goes by which id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harvesters import dcat_page
from harvesters.dcat import Dcat
from opendata.errors import SourceFailure, SourceIncomplete
from opendata.harvester import SourceConfig
from opendata.records import LONGEST_ID, RejectedRecord, SourceRecord
from tests.unit.harvesters.conftest import Site, read_rdf

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
"""
NEXT = {
    "old": "<> a hydra:PagedCollection ; hydra:nextPage '{url}' .",
    "new": "<> a hydra:PartialCollectionView ; hydra:next <{url}> .",
    "both": "<> a hydra:PagedCollection ; hydra:nextPage '{url}' ; hydra:next <{url}> .",
    "relative": "<> a hydra:PartialCollectionView ; hydra:next '?page=2' .",
}

Reply = Callable[[dict[str, str]], Any]


def dataset(name: str, more: str = "") -> str:
    return f'<urn:{name}> a dcat:Dataset ; dct:identifier "{name}" ; dct:title "{name}" {more} .\n'


def turtle(*parts: str) -> bytes:
    return (PREFIXES + "\n".join(parts)).encode()


def pages(*bodies: bytes) -> Reply:
    """Answer `?page=N`; without it the first page."""
    return lambda query: bodies[int(query.get("page", "1")) - 1]


def harvest(site: Site, reply: Any, **options: str) -> tuple[list[Any], SourceFailure | None]:
    """Return what came, and the failure at the end."""
    site.replies["/catalog"] = reply
    found: list[Any] = []
    try:
        for record in Dcat(
            SourceConfig("s", f"{site.url}/catalog", options), site.client
        ).discover():
            found.append(record)
    except SourceFailure as failure:
        return found, failure
    return found, None


def ids(records: list[Any]) -> list[str]:
    return [record.upstream_id for record in records]


@pytest.mark.parametrize("form", sorted(NEXT))
def test_pages_are_followed_to_the_end(site: Site, form: str) -> None:
    link = NEXT[form].replace("{url}", f"{site.url}/catalog?page=2")
    first, second = turtle(dataset("a"), link), turtle(dataset("b"), dataset("a"))
    records, failure = harvest(site, pages(first, second))
    assert (ids(records), failure) == (["a", "b"], None)
    assert [query.get("page") for _, query in site.asked] == [None, "2"]


def test_page_that_leads_back_is_broken_paging(site: Site) -> None:
    link = f"<> a hydra:PagedCollection ; hydra:next <{site.url}/catalog> ; hydra:totalItems 9 ."
    records, failure = harvest(site, turtle(dataset("a"), link))
    assert ids(records) == ["a"]
    assert isinstance(failure, SourceIncomplete)
    assert (failure.reason, failure.announced) == ("paging-broken", 9)
    assert len(site.asked) == 1


def test_page_without_news_that_leads_on_is_broken_paging(site: Site) -> None:
    def reply(query: dict[str, str]) -> bytes:
        following = int(query.get("page", "1")) + 1
        link = f"<> a hydra:PagedCollection ; hydra:next <{site.url}/catalog?page={following}> ."
        return turtle(dataset("a"), link)

    records, failure = harvest(site, reply)
    assert ids(records) == ["a"]
    assert isinstance(failure, SourceIncomplete)
    assert failure.reason == "paging-broken"
    assert len(site.asked) == 2


def test_page_that_names_two_next_pages_is_broken_paging(site: Site) -> None:
    link = "<> a hydra:PagedCollection ; hydra:next <urn:1> ; hydra:nextPage <urn:2> ."
    _, failure = harvest(site, turtle(dataset("a"), link))
    assert failure is not None
    assert failure.reason == "paging-broken"


def test_fewer_datasets_than_announced_are_incomplete(site: Site) -> None:
    total = "<> a hydra:PagedCollection ; hydra:totalItems 3 ."
    records, failure = harvest(site, turtle(dataset("a"), dataset("b"), total))
    assert ids(records) == ["a", "b"]
    assert isinstance(failure, SourceIncomplete)
    assert (failure.reason, failure.announced) == ("count-mismatch", 3)


def test_dataset_that_is_listed_and_nowhere_described_makes_the_list_incomplete(
    site: Site,
) -> None:
    catalogue = "<> a dcat:Catalog ; dcat:dataset <urn:a>, <urn:b> ."
    records, failure = harvest(site, turtle(catalogue, dataset("a")))
    assert ids(records) == ["a"]
    assert isinstance(failure, SourceIncomplete)
    assert (failure.reason, failure.announced) == ("count-mismatch", 2)


def test_dataset_that_is_listed_early_may_be_described_late(site: Site) -> None:
    link = NEXT["new"].replace("{url}", f"{site.url}/catalog?page=2")
    catalogue = "<> a dcat:Catalog ; dcat:dataset <urn:a>, <urn:b> ."
    first, second = turtle(catalogue, dataset("a"), link), turtle(dataset("b"))
    records, failure = harvest(site, pages(first, second))
    assert (ids(records), failure) == (["a", "b"], None)


def test_first_page_that_fails_is_a_failure(site: Site) -> None:
    records, failure = harvest(site, None)
    assert records == []
    assert failure is not None
    assert (failure.reason, isinstance(failure, SourceIncomplete)) == ("unexpected-status", False)


@pytest.mark.parametrize(
    ("second", "reason"),
    [(b"@prefix dcat: <cut", "bad-rdf"), (b"<html>down</html>", "unexpected-type"), (b"", "empty")],
)
def test_later_page_that_fails_is_incomplete(site: Site, second: bytes, reason: str) -> None:
    link = NEXT["new"].replace("{url}", f"{site.url}/catalog?page=2")
    records, failure = harvest(site, pages(turtle(dataset("a"), link), second))
    assert ids(records) == ["a"]
    assert isinstance(failure, SourceIncomplete)
    assert failure.reason == reason
    assert "after 1 datasets" in failure.detail


def test_next_page_at_a_refused_address_is_not_asked_for(site: Site) -> None:
    link = NEXT["new"].replace("{url}", "http://127.0.0.1:1/catalog")
    _, failure = harvest(site, turtle(dataset("a"), link))
    assert isinstance(failure, SourceIncomplete)
    assert failure.reason.startswith("forbidden-")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"<!DOCTYPE html><html></html>", "unexpected-type"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html/>', "unexpected-type"),
        (b"id,name\n1,a\n", "unexpected-type"),
        (b'{"results": []}', "bad-rdf"),
        (b'[{"id": 1}]', "bad-rdf"),
        (b"{", "bad-rdf"),
        (b'<?xml version="1.0"?><catalog><title>x</title></catalog>', "bad-rdf"),
        (turtle("<urn:a> dct:title 'no catalogue' ."), "bad-rdf"),
        (b"@prefix dct: <http://purl.org/dc/terms/> . <urn:a> unbound:title 'x' .", "bad-rdf"),
    ],
)
def test_what_is_no_catalogue_is_a_failure_with_its_reason(
    site: Site, body: bytes, reason: str
) -> None:
    records, failure = harvest(site, body)
    assert records == []
    assert failure is not None
    assert failure.reason == reason


def test_empty_catalogue_is_whole(site: Site) -> None:
    assert harvest(site, turtle("<> a dcat:Catalog .")) == ([], None)


def test_identifier_counts_before_the_iri(site: Site) -> None:
    records, _ = harvest(
        site, turtle('<urn:x> a dcat:Dataset ; dct:identifier "a" ; dct:title "A" .')
    )
    assert ids(records) == ["a"]


def test_datasets_that_share_an_identifier_go_by_their_iris(site: Site) -> None:
    one = '<urn:{}> a dcat:Dataset ; dct:identifier "same" ; dct:title "T" .'
    records, _ = harvest(site, turtle(one.format("1"), one.format("2"), dataset("a")))
    assert ids(records) == ["urn:1", "urn:2", "a"]
    assert [problem.code for problem in records[0].problems] == ["duplicate-id"]


def test_nobody_goes_by_the_address_of_another_dataset(site: Site) -> None:
    records, failure = harvest(
        site,
        turtle(
            '<urn:a> a dcat:Dataset ; dct:identifier "urn:z" ; dct:title "A" .',
            '<urn:z> a dcat:Dataset ; dct:title "Z" .',
        ),
    )
    assert failure is None
    assert {r.upstream_id: r.title["vi"] for r in records} == {"urn:a": "A", "urn:z": "Z"}


def test_several_identifiers_or_an_empty_one_are_none(site: Site) -> None:
    records, _ = harvest(
        site,
        turtle(
            '<urn:1> a dcat:Dataset ; dct:identifier "a", "b" ; dct:title "T" .',
            '<urn:2> a dcat:Dataset ; dct:identifier "" ; dct:title "T" .',
        ),
    )
    assert ids(records) == ["urn:1", "urn:2"]


def test_blank_dataset_without_identifier_is_rejected_under_a_name_that_stays(site: Site) -> None:
    body = turtle('[] a dcat:Dataset ; dct:title "Một" ; dct:publisher [ foaf:name "Sở" ] .')
    (first,), _ = harvest(site, body)
    (second,), _ = harvest(site, body)
    assert isinstance(first, RejectedRecord)
    assert [problem.code for problem in first.problems] == ["missing-id"]
    assert first == second


def test_first_of_two_blank_datasets_with_one_identifier_counts(site: Site) -> None:
    body = turtle(
        '[] a dcat:Dataset ; dct:identifier "a" ; dct:title "Một" .',
        '[] a dcat:Dataset ; dct:identifier "a" ; dct:title "Hai" .',
    )
    records, failure = harvest(site, body)
    assert failure is None
    kept, rejected = records
    assert (kept.upstream_id, kept.title) == ("a", {"vi": "Một"})
    assert [problem.code for problem in rejected.problems] == ["duplicate-id"]
    assert rejected.upstream_id != "a"


def test_dataset_without_title_is_rejected_alone(site: Site) -> None:
    body = turtle('<urn:b> a dcat:Dataset ; dct:description "x" .', dataset("a"))
    records, failure = harvest(site, body)
    assert failure is None
    assert {type(record) for record in records} == {RejectedRecord, SourceRecord}
    (rejected,) = [record for record in records if isinstance(record, RejectedRecord)]
    assert (rejected.upstream_id, rejected.problems[0].code) == ("urn:b", "missing-title")


def test_topic_of_a_catalogue_record_is_a_dataset(site: Site) -> None:
    body = turtle(
        "<urn:r> a dcat:CatalogRecord ; foaf:primaryTopic <urn:a> .",
        '<urn:a> dct:title "A" .',
    )
    records, _ = harvest(site, body)
    assert ids(records) == ["urn:a"]


def test_mention_of_a_dataset_elsewhere_is_no_dataset(site: Site) -> None:
    catalogue = "<> a dcat:Catalog ; dcat:dataset <urn:a> ."
    body = turtle(catalogue, dataset("a", "; dct:relation <urn:b>"), "<urn:b> a dcat:Dataset .")
    assert ids(harvest(site, body)[0]) == ["a"]


def test_listing_does_not_depend_on_the_order_of_triples(site: Site) -> None:
    parts = [dataset("b"), dataset("a"), '<urn:c> a dcat:Dataset ; dct:title "C"@vi, "C"@en .']
    forward, _ = harvest(site, turtle(*parts))
    backward, _ = harvest(site, turtle(*reversed(parts)))
    assert forward == backward
    assert ids(forward) == ["a", "b", "urn:c"]


def test_link_header_leads_on_where_the_page_does_not() -> None:
    graph = read_rdf(turtle(dataset("a")), "turtle", base="urn:x")
    assert dcat_page.read(graph, "http://x/", "here", link="http://x/2").following == "http://x/2"


def test_pages_that_share_one_huge_node_come_to_an_end(site: Site) -> None:
    cards = " , ".join(f'[ dct:title "{number}" ]' for number in range(300))
    shared = f"<urn:p> foaf:name 'P' ; dct:relation {cards} ."
    datasets = [dataset(str(number), "; dct:publisher <urn:p>") for number in range(1_000)]
    records, failure = harvest(site, turtle(shared, *datasets))
    assert 0 < len(records) < 1_000
    assert isinstance(failure, SourceIncomplete)
    assert failure.reason == "bad-rdf"


def test_very_long_identifiers_stay_apart(site: Site) -> None:
    long = "x" * 5_000
    body = turtle(
        f'<urn:a> a dcat:Dataset ; dct:identifier "{long}1" ; dct:title "A" .',
        f'<urn:b> a dcat:Dataset ; dct:identifier "{long}2" ; dct:title "B" .',
        f'<urn:c> a dcat:Dataset ; dct:identifier "{long}2" ; dct:title "C" .',
        f'<urn:{long}> a dcat:Dataset ; dct:title "D" .',
        f'<> a dcat:Catalog ; dcat:dataset "{long}3", "{long}4", <urn:{long}> .',
    )
    records, failure = harvest(site, body)
    assert failure is None
    names = ids(records)
    assert len(set(names)) == 6
    assert {f"{long}1", "urn:b", "urn:c", f"dcat:dataset {long}3"} <= set(names)
    assert [name for name in names if name.startswith("too-long:") and len(name) > LONGEST_ID]


def test_form_can_be_forced(site: Site) -> None:
    site.replies["/catalog"] = b"\n<urn:a>\na <http://www.w3.org/ns/dcat#Catalog> ."
    assert harvest(site, site.replies["/catalog"], format="turtle") == ([], None)
    _, failure = harvest(site, site.replies["/catalog"], format="rdfxml")
    assert failure is not None
    assert failure.reason == "bad-rdf"


@pytest.mark.parametrize("options", [{"format": "csv"}, {"language": "fr"}, {"page": "2"}])
def test_wrong_option_is_refused(site: Site, options: dict[str, str]) -> None:
    with pytest.raises(SourceFailure) as caught:
        Dcat(SourceConfig("s", site.url, options), site.client)
    assert caught.value.reason == "bad-option"


def test_key_in_the_query_is_not_told(site: Site) -> None:
    site.replies["/catalog"] = b"{"
    source = SourceConfig("s", f"{site.url}/catalog?key=hidden", {})
    with pytest.raises(SourceFailure) as caught:
        list(Dcat(source, site.client).discover())
    assert "hidden" not in str(caught.value)
