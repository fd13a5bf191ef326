"""Searching with the real engine: the language of queries, marked hits, relaxing, suggestions."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.search.base import Note, Query, Results, Understood
from opendata.search.tantivy_index import TantivyIndex
from opendata.services import rendering
from tests.unit.opendata.web.sample import Catalogue
from tests.unit.opendata.web.test_pages import read


@pytest.fixture(scope="module")
def searched(filled: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    index = TantivyIndex(tmp_path_factory.mktemp("index"))
    with filled.sessions() as session:
        index.rebuild(rendering.load_all(session))
    yield filled.app(index).test_client()
    index.close()


def test_words_are_marked_as_they_were_written(searched: FlaskClient) -> None:
    page = read(searched, "/dataset/?q=danh+muc+dak+lak")
    assert len(page.all("article")) == 1
    marked = searched.get("/dataset/?q=danh+muc+dak+lak").text
    assert "<mark>Danh mục</mark> cấp xã ở <mark>Đắk Lắk</mark>" in marked


def test_nothing_of_a_title_becomes_markup(searched: FlaskClient) -> None:
    answer = searched.get("/dataset/?q=xau+script+alert")
    assert "<mark>alert</mark>(1)&lt;/<mark>script</mark>&gt;" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("typed", ["has:ma_xa", "cột:ma_xa", "ma_xa", 'has:"mã xã"'])
def test_columns_are_found_and_shown(searched: FlaskClient, typed: str) -> None:
    answer = searched.get("/dataset/", query_string={"q": typed})
    assert "<code><mark>ma_xa</mark></code>" in answer.text
    assert "Tìm thấy 1 bộ dữ liệu" in html.unescape(answer.text)


def test_values_of_a_facet_are_alternatives(searched: FlaskClient) -> None:
    page = read(searched, "/dataset/?format=csv&format=pdf&validity=flagged")
    assert "Tìm thấy 1 bộ dữ liệu" in page.text
    links = [parse_qs(urlsplit(link).query) for link in page.links if "validity" in link]
    # Beside the value that is chosen stand the others, with their own numbers.
    assert any(set(link["validity"]) == {"flagged", "quarantine"} for link in links)


def test_what_was_given_up_is_said(searched: FlaskClient) -> None:
    words = read(searched, "/en/dataset/?q=communes+zzzz").text
    assert "No dataset fits all that you asked for." in words
    assert "not all of the words" in words
    assert "Communes of Đắk Lắk" in words
    filters = read(searched, "/en/dataset/?q=communes&theme=zzzz").text
    assert "without the filters" in filters


def test_long_query_is_cut_and_said_so(searched: FlaskClient) -> None:
    assert "1.000 ký tự" in read(searched, "/dataset/?q=" + "x" * 3_000).text
    assert "1.000 ký tự" not in read(searched, "/dataset/?q=xã").text


def test_page_number_too_deep_names_the_way_on(searched: FlaskClient) -> None:
    answer = searched.get("/dataset/?page=2001")
    assert answer.status_code == 400
    assert "Xem tiếp" in answer.text
    assert "after" in answer.text


def test_cursor_leads_on_and_others_are_refused(filled: Catalogue, searched: FlaskClient) -> None:
    index = TantivyIndex(Path(filled.settings.data_dir) / "cursor")
    with filled.sessions() as session:
        index.rebuild(rendering.load_all(session))
    first = index.search(Query(sort="modified", size=5))
    second = read(searched, f"/dataset/?after={first.next}")
    onward = [a["href"] for a in second.all("a") if a.get("rel") == "next nofollow"]
    assert len(second.all("article")) == 5
    assert len(read(searched, onward[0] or "").all("article")) == 4
    assert searched.get(f"/dataset/?sort=title&after={first.next}").status_code == 400
    index.close()


class Understanding(TantivyIndex):
    """An engine that corrects every text and recognises a place in it."""

    def search(self, query: Query) -> Results:
        note = Note("place", {"vi": "Tỉnh Đắk Lắk", "en": "Dak Lak"}, "danh mục")
        understood = Understood((note,), corrected="danh mục Đắk Lắk", also=frozenset({"xa"}))
        found = super().search(query)
        return Results(found.ids, found.scores, found.total, found.facets, "", understood)


def test_what_was_understood_can_be_undone(filled: Catalogue, tmp_path: Path) -> None:
    index = Understanding(tmp_path)
    with filled.sessions() as session:
        index.rebuild(rendering.load_all(session))
    client = filled.app(index).test_client()
    page = read(client, "/dataset/?q=danh+muc&sort=title")
    assert "Địa danh: Tỉnh Đắk Lắk" in page.text
    assert "/dataset/?q=danh+m%E1%BB%A5c&sort=title" in page.links
    assert "/dataset/?q=danh+muc&sort=title&literal=1" in page.links
    assert "<mark>xã</mark>" in client.get("/dataset/?q=danh+muc").text


def suggested(client: FlaskClient, typed: str, language: str = "vi") -> list[dict[str, str]]:
    answer = client.get("/api/suggest", query_string={"q": typed, "lang": language})
    assert answer.status_code == 200
    found: list[dict[str, str]] = answer.json["suggestions"] if answer.json else []
    return found


def test_suggestions_are_datasets_publishers_themes_and_places(searched: FlaskClient) -> None:
    dataset = {
        "kind": "dataset",
        "group": "Dataset",
        "label": "Communes of Đắk Lắk",
        "href": "/en/dataset/danh-muc-cap-xa-o-dak-lak",
    }
    assert dataset in suggested(searched, "danh m", "en")
    publishers = suggested(searched, "cục thố")
    assert publishers[0]["href"] == "/organization/cuc-thong-ke"
    assert {"kind": "theme", "href": "/dataset/?theme=population"}.items() <= suggested(
        searched, "dân s"
    )[0].items()
    assert "Đắk Lắk" in {
        found["label"] for found in suggested(searched, "đắk") if found["kind"] == "place"
    }


def test_suggestions_lead_to_pages(searched: FlaskClient) -> None:
    for found in [*suggested(searched, "d"), *suggested(searched, "c", "en")]:
        assert searched.get(found["href"]).status_code == 200


def test_without_the_engine_names_are_suggested(client: FlaskClient, catalogue: Catalogue) -> None:
    catalogue.index.broken = True
    assert {found["kind"] for found in suggested(client, "th")} <= {"publisher", "theme", "place"}


def test_search_box_is_a_plain_form_and_knows_where_to_ask(searched: FlaskClient) -> None:
    page = read(searched, "/en/dataset/")
    (form,) = page.all("form")
    assert form["data-suggest"] == "/api/suggest?lang=en"
    assert form["action"] == "/en/dataset/"
    script = next(a["src"] for a in page.all("script"))
    assert searched.get(script or "").status_code == 200
    assert "connect-src 'self'" in searched.get("/").headers["Content-Security-Policy"]


_PARAMETERS = ["q", "sort", "page", "after", "literal", "theme", "format", "key", "period", "lang"]


@given(st.dictionaries(st.sampled_from(_PARAMETERS), st.binary(max_size=30), max_size=5))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_bytes_are_answered(searched: FlaskClient, sent: dict[str, bytes]) -> None:
    encoded = "&".join(f"{n}=" + "".join(f"%{b:02x}" for b in v) for n, v in sent.items())
    for path in ("/dataset/", "/en/dataset/", "/api/suggest"):
        answer = searched.get(f"{path}?{encoded}")
        assert answer.status_code in (200, 400)
        if path.startswith("/api/"):
            json.loads(answer.data)
