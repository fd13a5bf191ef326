"""The search page: any parameter is survived, every filter can be taken away again."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from opendata.search import fields
from opendata.services import codelists
from opendata.web import search_form
from tests.fake_index import FakeIndex
from tests.unit.opendata.web.html_reading import Page
from tests.unit.opendata.web.sample import Catalogue
from tests.unit.opendata.web.test_pages import read


def test_words_narrow_the_hits(client: FlaskClient) -> None:
    assert "Tìm thấy 12 bộ dữ liệu" in read(client, "/dataset/?q=năm").text


def test_facet_links_add_a_filter_and_chips_remove_it(client: FlaskClient) -> None:
    page = read(client, "/dataset/?q=mục")
    wanted = "/dataset/?q=m%E1%BB%A5c&publisher=cuc-thong-ke"
    assert wanted in page.links
    filtered = read(client, wanted)
    assert "Cơ quan công bố: Cục Thống kê" in filtered.text.replace("\n", " ")
    assert "/dataset/?q=m%E1%BB%A5c" in filtered.links


def test_pages_have_neighbours(client: FlaskClient) -> None:
    links = {a.get("rel"): a["href"] for a in read(client, "/dataset/?page=2").all("a")}
    assert links["prev"] == "/dataset/"
    assert links["next"] == "/dataset/?page=3"


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "1e9", "²", "99"])
def test_page_number_out_of_range_is_brought_into_it(client: FlaskClient, number: str) -> None:
    assert read(client, f"/dataset/?page={number}").all("article")


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=a%00b",
        "q=%ED%A0%80",
        "q=%ff%fe",
        "q=" + "a" * 60_000,
        "sort=price&unknown=1&publisher=&page=2&page=3",
        "publisher=" + "&publisher=".join(f"p{n}" for n in range(500)),
        "q={{7*7}}&theme=%3Cscript%3E",
        "_external=1&_anchor=x&endpoint=y&name=z",
    ],
)
def test_any_parameters_are_survived(client: FlaskClient, query: str) -> None:
    for prefix in ("", "/en"):
        assert client.get(f"{prefix}/dataset/?{query}").status_code == 200


def test_no_hits_page_offers_ways_on(client: FlaskClient) -> None:
    page = read(client, "/en/dataset/?q=zzzz&format=csv")
    assert "0 datasets found" in page.text
    assert "/en/dataset/?q=zzzz" in page.links
    assert "/en/organization/" in page.links


def test_searching_again_keeps_the_filters(client: FlaskClient) -> None:
    hidden = [
        (field["name"], field["value"])
        for field in read(client, "/dataset/?q=a&format=csv&sort=title").all("input")
        if field.get("type") == "hidden"
    ]
    assert hidden == [("format", "csv"), ("sort", "title")]


def test_without_the_engine_the_newest_data_is_listed(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    catalogue.index.broken = True
    answer = client.get("/dataset/?q=xã")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    page = Page(answer.text)
    assert "Chức năng tìm kiếm tạm thời không hoạt động." in page.text
    assert page.all("article")
    assert codelists.themes()[0].title["vi"] in read(client, "/").text


def test_hit_that_is_no_longer_public_is_left_out(catalogue: Catalogue) -> None:
    stale = {"id": "00000000-0000-4000-8000-000000000000", "title": "Bóng ma", "title_sort": ""}
    client = catalogue.app(FakeIndex([stale])).test_client()
    page = read(client, "/dataset/?q=bóng")
    assert not page.all("article")


def test_form_knows_the_facets_and_orders_of_the_engines() -> None:
    assert set(search_form.FACETS) == set(fields.FACETS)
    assert set(search_form.FILTERS) == set(fields.FILTERS)
    assert set(search_form.SORTS) == set(fields.SORTS)
