"""CKAN portals: paging to the end, and one package as one record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters.ckan import Ckan
from opendata.errors import SourceFailure, SourceIncomplete
from opendata.harvester import SourceConfig
from opendata.records import (
    Contact,
    Distribution,
    Period,
    Problem,
    PublisherName,
    RejectedRecord,
    SourceRecord,
)

SEARCH = "/api/3/action/package_search"


def package(number: int, **changed: Any) -> dict[str, Any]:
    return {"id": f"id-{number}", "title": f"Bộ dữ liệu {number}", **changed}


def found(items: list[Any], count: int | None = None) -> dict[str, Any]:
    """What the portal says when it answers with these items."""
    announced = len(items) if count is None else count
    return {"success": True, "result": {"count": announced, "results": items}}


def paged(items: list[Any], count: int | None = None, cap: int = 1000) -> Callable[..., Any]:
    def reply(query: dict[str, str]) -> Any:
        start, rows = int(query["start"]), min(int(query["rows"]), cap)
        return found(items[start : start + rows], len(items) if count is None else count)

    return reply


def ckan(site: Any, path: str = "", **options: str) -> Ckan:
    return Ckan(SourceConfig("portal", site.url + path, options), site.client)


def harvest(harvester: Ckan) -> tuple[list[Any], SourceFailure | None]:
    """All that came, and the failure at the end if there was one."""
    records = []
    try:
        for record in harvester.discover():
            records.append(record)
    except SourceFailure as failure:
        return records, failure
    return records, None


def only(site: Any, item: Any, **options: str) -> Any:
    """The one record that a portal of one package gives."""
    site.replies[SEARCH] = paged([item])
    records, failure = harvest(ckan(site, **options))
    assert failure is None
    return records[0]


def problems(record: Any) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in record.problems]


# Paging


def test_all_pages_are_read_in_the_order_of_ids(site: Any) -> None:
    site.replies[SEARCH] = paged([package(number) for number in range(25)])
    records, failure = harvest(ckan(site, rows="10", q="nước", fq="type:x"))
    assert [record.upstream_id for record in records] == [f"id-{number}" for number in range(25)]
    assert failure is None
    assert site.asked[1][1] == {
        "rows": "10", "start": "10", "sort": "id asc", "q": "nước", "fq": "type:x"
    }  # fmt: skip


def test_portal_that_cuts_pages_short_is_read_to_the_end(site: Any) -> None:
    site.replies[SEARCH] = paged([package(number) for number in range(25)], cap=7)
    records, failure = harvest(ckan(site))
    assert (len(records), failure) == (25, None)


@pytest.mark.parametrize("path", ["", "/", "/api/3", "/api/3/", "/api/3/action/"])
def test_portal_may_be_named_by_its_page_or_by_its_api(site: Any, path: str) -> None:
    site.replies[SEARCH] = paged([package(1)])
    assert len(harvest(ckan(site, path))[0]) == 1


def test_empty_portal_is_a_whole_answer(site: Any) -> None:
    site.replies[SEARCH] = paged([])
    assert harvest(ckan(site)) == ([], None)


def test_first_page_that_fails_fails_the_source(site: Any) -> None:
    records, failure = harvest(ckan(site))
    assert records == []
    assert failure is not None
    assert not isinstance(failure, SourceIncomplete)
    assert failure.reason == "unexpected-status"


def test_later_page_that_fails_leaves_the_list_incomplete(site: Any) -> None:
    items = [package(number) for number in range(20)]
    site.replies[SEARCH] = lambda query: paged(items)(query) if query["start"] == "0" else None
    records, failure = harvest(ckan(site, rows="10"))
    assert len(records) == 10
    assert isinstance(failure, SourceIncomplete)
    assert (failure.reason, failure.announced) == ("unexpected-status", 20)


@pytest.mark.parametrize("announced", [10, 5000])
def test_other_count_than_announced_is_incomplete(site: Any, announced: int) -> None:
    site.replies[SEARCH] = paged([package(number) for number in range(50)], announced)
    records, failure = harvest(ckan(site))
    assert len(records) == 50
    assert isinstance(failure, SourceIncomplete)
    assert (failure.reason, failure.announced) == ("count-mismatch", announced)


def test_same_page_for_ever_is_broken_paging(site: Any) -> None:
    site.replies[SEARCH] = found([package(1), package(2)], 50)
    records, failure = harvest(ckan(site))
    assert len(records) == 2
    assert isinstance(failure, SourceIncomplete)
    assert failure.reason == "paging-broken"


def test_count_that_changes_on_the_way_is_incomplete(site: Any) -> None:
    items = [package(number) for number in range(20)]
    first, rest = paged(items, 21), paged(items, 20)
    site.replies[SEARCH] = lambda query: (first if query["start"] == "0" else rest)(query)
    records, failure = harvest(ckan(site, rows="10"))
    assert len(records) == 20
    assert isinstance(failure, SourceIncomplete)
    assert failure.announced == 21


def test_dataset_seen_twice_comes_again_only_with_other_content(site: Any) -> None:
    told = [package(1), package(2), package(1), package(1, title="Second copy")]
    site.replies[SEARCH] = paged(told)
    records, failure = harvest(ckan(site))
    titles = [record.title["vi"] for record in records]
    assert titles == ["Bộ dữ liệu 1", "Bộ dữ liệu 2", "Second copy"]
    assert isinstance(failure, SourceIncomplete)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"success": False, "error": {"message": "Solr is down"}}, "Solr is down"),
        ({"success": True, "result": {}}, "no list"),
        ({"count": 3}, "check the address"),
        ([], "check the address"),
    ],
)
def test_answer_that_is_no_listing_is_an_error_of_the_source(
    site: Any, answer: Any, words: str
) -> None:
    site.replies[SEARCH] = answer
    records, failure = harvest(ckan(site))
    assert records == []
    assert failure is not None
    assert failure.reason == "source-error"
    assert words in str(failure)


@pytest.mark.parametrize(
    "options",
    [{"rows": "0"}, {"rows": "many"}, {"rows": "1001"}, {"language": "fr"}, {"row": "10"}],
)
def test_wrong_option_is_refused_at_once(site: Any, options: dict[str, str]) -> None:
    with pytest.raises(SourceFailure) as caught:
        ckan(site, **options)
    assert caught.value.reason == "bad-option"


# One package


def test_package_becomes_a_record(site: Any) -> None:
    item = package(
        1,
        notes="Ghi chú",
        title_translated={"vi": "Bộ dữ liệu 1", "en": "Dataset 1"},
        organization={"name": "so-y-te", "title": "Sở Y tế", "title_translated": {"en": "Health"}},
        tags=[{"name": "nước"}, {"name": "sông"}, {"name": "nước"}],
        groups=[{"name": "moi-truong", "title": "Môi trường"}],
        license_id="cc-by",
        url="https://data.example/1",
        metadata_created="2024-05-06T07:08:09.123",
        metadata_modified="2024-06-07T08:09:10",
        maintainer="Tổ dữ liệu",
        maintainer_email="to@data.example",
        extras=[
            {"key": "publisher_code", "value": "H01"},
            {"key": "frequency", "value": "monthly"},
            {"key": "spatial_text", "value": "Hà Nội"},
            {"key": "temporal_start", "value": "2020-01-01"},
            {"key": "temporal_end", "value": "31/12/2020"},
        ],
        resources=[
            {
                "id": "r-1",
                "url": "https://data.example/1.csv",
                "name": "Tệp",
                "description": "Mô tả",
                "format": "CSV",
                "mimetype": "text/csv",
                "schema": "stations/1.0",
            }
        ],
    )
    assert only(site, item) == SourceRecord(
        upstream_id="id-1",
        title={"vi": "Bộ dữ liệu 1", "en": "Dataset 1"},
        raw=json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(),
        notes={"vi": "Ghi chú"},
        publisher=PublisherName(name="Sở Y tế", code="H01", name_en="Health"),
        keywords=("nước", "sông"),
        themes=("moi-truong",),
        licence="cc-by",
        frequency="monthly",
        landing_page="https://data.example/1",
        areas=("Hà Nội",),
        period=Period(date(2020, 1, 1), date(2020, 12, 31)),
        issued=date(2024, 5, 6),
        modified=datetime(2024, 6, 7, 8, 9, 10, tzinfo=UTC),
        contact=Contact(name="Tổ dữ liệu", email="to@data.example"),
        distributions=(
            Distribution(
                url="https://data.example/1.csv",
                upstream_id="r-1",
                name="Tệp",
                description="Mô tả",
                format="csv",
                schema="stations/1.0",
            ),
        ),
    )


def test_language_of_the_portal_is_an_option(site: Any) -> None:
    record = only(site, package(1, title="Rivers"), language="en")
    assert (record.title, record.language) == ({"en": "Rivers"}, "en")


def test_title_in_languages_alone_is_a_title(site: Any) -> None:
    record = only(site, package(1, title={"fr": "Eaux", "en": "Waters"}))
    assert (record.title, record.lost) == ({"en": "Waters"}, ("title.fr",))


def test_title_in_a_language_we_do_not_keep_is_still_a_title(site: Any) -> None:
    assert only(site, package(1, title={"fr": "Eaux"})).title == {"und": "Eaux"}


def test_what_the_mapping_drops_is_named(site: Any) -> None:
    extras = [{"key": "hệ quy chiếu", "value": "VN-2000"}, {"key": "empty", "value": ""}]
    resources = [{"id": "r", "url": "http://a.example/", "schema": {"fields": []}, "licence": "x"}]
    record = only(site, package(1, version="2", state="active", extras=extras, resources=resources))
    assert record.lost == (
        "extras.hệ quy chiếu", "resources.licence", "resources.schema", "version"
    )  # fmt: skip


def test_list_of_what_was_dropped_is_bounded(site: Any) -> None:
    extras = [{"key": f"k{number}", "value": "v"} for number in range(20_000)]
    assert len(only(site, package(1, extras=extras)).lost) == 51


def test_text_is_cleaned_of_what_no_layer_can_keep(site: Any) -> None:
    record = only(site, package(1, title="a\u0000b\u001b[31m", notes="\ud800c"))
    assert (record.title["vi"], record.notes["vi"]) == ("ab[31m", "c")
    assert json.loads(record.raw)["notes"] == "\ud800c"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"tags": "a,b"}, ("wrong-type", "tags")),
        ({"tags": [{"name": 5}]}, ("wrong-type", "tags[0]")),
        ({"extras": {"a": 1}}, ("wrong-type", "extras")),
        ({"extras": ["a"]}, ("wrong-type", "extras[0]")),
        ({"organization": "Sở Y tế"}, ("wrong-type", "organization")),
        ({"notes": ["a"]}, ("wrong-type", "notes")),
        ({"license_id": 5}, ("wrong-type", "license_id")),
        ({"url": "Phòng Kế hoạch"}, ("bad-url", "url")),
        ({"url": "javascript:alert(1)"}, ("bad-url", "url")),
        ({"metadata_modified": "yesterday"}, ("bad-date", "metadata_modified")),
        ({"metadata_modified": "2016-12-31T23:59:60Z"}, ("bad-date", "metadata_modified")),
        ({"resources": {"url": "x"}}, ("wrong-type", "resources")),
        ({"resources": ["x"]}, ("wrong-type", "resources[0]")),
        ({"resources": [{"id": "r"}]}, ("bad-url", "resources[0].url")),
        ({"resources": [{"url": "file:///etc/passwd"}]}, ("bad-url", "resources[0].url")),
        ({"resources": [{"url": ["http://a.example"]}]}, ("wrong-type", "resources[0].url")),
    ],
)
def test_wrong_field_is_noted_and_the_rest_kept(
    site: Any, changed: dict[str, Any], expected: tuple[str, str]
) -> None:
    record = only(site, package(1, **changed))
    assert isinstance(record, SourceRecord)
    assert problems(record) == [expected]
    assert record.distributions == ()


def test_bad_resource_does_not_spoil_the_good_one(site: Any) -> None:
    good = {"id": "r", "url": "http://a.example/x.csv"}
    record = only(site, package(1, resources=[None, {"url": "//a"}, good, {**good, "name": "b"}]))
    assert [distribution.upstream_id for distribution in record.distributions] == ["r"]
    assert problems(record) == [
        ("wrong-type", "resources[0]"),
        ("bad-url", "resources[1].url"),
        ("duplicate-id", "resources[3].id"),
    ]


@pytest.mark.parametrize(
    ("item", "upstream_id", "codes"),
    [
        (None, "item 1", ["not-an-object"]),
        ("text", "item 1", ["not-an-object"]),
        ([], "item 1", ["not-an-object"]),
        ({}, "item 1", ["missing-id", "missing-title"]),
        (package(1, id=""), "item 1", ["missing-id"]),
        (package(1, title=" "), "id-1", ["missing-title"]),
        (package(1, title=["a"]), "id-1", ["wrong-type", "missing-title"]),
    ],
)
def test_item_that_cannot_be_understood_is_rejected(
    site: Any, item: Any, upstream_id: str, codes: list[str]
) -> None:
    record = only(site, item)
    assert isinstance(record, RejectedRecord)
    assert record.upstream_id == upstream_id
    assert [problem.code for problem in record.problems] == codes


def test_number_as_a_title_is_kept_with_a_problem(site: Any) -> None:
    record = only(site, package(1, title=123))
    assert record.title == {"vi": "123"}
    assert record.problems == (Problem("wrong-type", "title", "123", rule="type: text"),)


def test_shape_in_place_of_an_area_name_is_lost(site: Any) -> None:
    record = only(site, package(1, extras=[{"key": "spatial", "value": '{"type": "Point"}'}]))
    assert (record.areas, record.lost) == ((), ("spatial",))


def test_resource_opens_to_its_bytes(site: Any) -> None:
    site.replies["/a.csv"] = b"id\n1\n"
    distribution = Distribution(url=site.url + "/a.csv")
    with ckan(site).open(distribution) as transfer:
        assert b"".join(transfer) == b"id\n1\n"


# Recorded answers of real portals


@pytest.fixture
def recorded(shared_inputs: Path) -> Callable[[str], Any]:
    return lambda name: json.loads((shared_inputs / "inputs" / "ckan" / name).read_bytes())


def test_recorded_first_page_of_many_is_incomplete(site: Any, recorded: Any) -> None:
    first = recorded("dados_gov_br_package_search_p1.json")
    empty = found([], first["result"]["count"])
    site.replies[SEARCH] = lambda query: first if query["start"] == "0" else empty
    records, failure = harvest(ckan(site, language="und"))
    assert len(records) == 10
    assert all(isinstance(record, SourceRecord) for record in records)
    assert isinstance(failure, SourceIncomplete)
    assert (failure.reason, failure.announced) == ("count-mismatch", 13786)


def test_recorded_listing_is_whole_though_its_page_repeats(site: Any, recorded: Any) -> None:
    site.replies[SEARCH] = recorded("dados_gov_br_search_org_aeb.json")
    records, failure = harvest(ckan(site, language="und"))
    assert failure is None
    assert len(records) == 6
    assert sum(len(record.distributions) for record in records) == 18
    assert {record.publisher.name for record in records} == {"Agência Espacial Brasileira - AEB"}


def test_recorded_dkan_answer_is_a_list(site: Any, recorded: Any) -> None:
    site.replies[SEARCH] = recorded("dkan-french-w-license.json")
    (record,), failure = harvest(ckan(site, language="und"))
    assert failure is None
    assert record.modified == datetime(2019, 9, 30, 22, 0, tzinfo=UTC)
    assert ("bad-date", "metadata_created") in problems(record)
    assert len(record.distributions) == 2


def test_recorded_current_ckan_gives_records_without_problems(site: Any, recorded: Any) -> None:
    body = recorded("recorded-2.12/package_search_default.json")["response"]["body"]
    site.replies[SEARCH] = body
    records, failure = harvest(ckan(site))
    assert isinstance(failure, SourceIncomplete)
    assert len(records) == len(body["result"]["results"])
    assert [problems(record) for record in records] == [[]] * len(records)
    assert all(record.distributions and record.publisher for record in records)


@pytest.mark.parametrize(
    "name",
    ["ckan_dataset_multilingual", "ckan_full_dataset_dcat_ap", "full_ckan_dataset_legacy"],
)
def test_recorded_package_with_extensions_is_understood(
    site: Any, recorded: Any, name: str
) -> None:
    item = recorded(f"ckanext-dcat/{name}.json")
    record = only(site, {"id": "x", **item})
    assert isinstance(record, SourceRecord)
    assert len(record.distributions) == len(item["resources"])
