"""Every page answers in both languages and says what it should."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from opendata.services import codelists, table_schemas
from opendata.services.table_schemas import code_lists
from tests.unit.opendata.web.html_reading import Page
from tests.unit.opendata.web.sample import SECRET, Catalogue

SLUG = "danh-muc-cap-xa-o-dak-lak"
PAGES = {
    "/": ("Tìm dữ liệu của các cơ quan Việt Nam", "Find data of the agencies of Viet Nam"),
    "/dataset/": ("Tìm thấy 14 bộ dữ liệu", "14 datasets found"),
    f"/dataset/{SLUG}": ("Danh mục cấp xã ở Đắk Lắk", "Communes of Đắk Lắk"),
    "/organization": ("2 cơ quan công bố dữ liệu tại đây.", "2 agencies publish data here."),
    "/organization/cuc-thong-ke": ("Cục Thống kê", "Statistics Office"),
    "/schemas": ("Lược đồ bảng", "Table schemas"),
    "/validate": ("Kiểm tra tệp", "Check a file"),
    "/about": ("Về cổng dữ liệu này", "About this catalogue"),
}


def read(client: FlaskClient, path: str, status: int = 200) -> Page:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_page_answers_in_both_languages(client: FlaskClient, path: str) -> None:
    vietnamese, english = PAGES[path]
    page = read(client, path)
    assert vietnamese in page.text
    assert page.all("html")[0]["lang"] == "vi"
    page = read(client, "/en" + path)
    assert english in page.text
    assert page.all("html")[0]["lang"] == "en"


@pytest.mark.parametrize("path", PAGES)
def test_page_names_its_other_language_under_the_configured_address(
    client: FlaskClient, path: str
) -> None:
    page = Page(client.get(path, headers={"Host": "evil.example"}).text)
    alternates = {a["hreflang"]: a["href"] for a in page.all("link") if a.get("hreflang")}
    assert alternates["vi"].startswith("https://data.example.vn/")
    assert alternates["en"].startswith("https://data.example.vn/en/")
    assert "evil.example" not in page.text + "".join(page.links)


@pytest.mark.parametrize("path", PAGES)
def test_page_holds_no_inline_style_or_script(client: FlaskClient, path: str) -> None:
    for _, attributes in read(client, path).elements:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert not read(client, path).all("style")
    assert not read(client, path).strange_scripts


def test_language_switch_keeps_the_search(client: FlaskClient) -> None:
    assert "/en/dataset/?q=x%26y&sort=title" in read(client, "/dataset/?q=x%26y&sort=title").links


def test_text_without_translation_is_shown_and_its_language_named(client: FlaskClient) -> None:
    page = read(client, f"/en/dataset/{SLUG}")
    assert "Mô tả dữ liệu." in page.text
    assert "Shown in: Vietnamese" in page.text


def test_dataset_page_tells_its_table_and_its_checks(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    page = read(client, f"/en/dataset/{SLUG}")
    assert "6 rows read = 4 accepted + 2 set aside." in page.text
    assert "The value does not match the pattern." in page.text
    assert "65023" in page.text
    assert "01/07/2025" in page.text
    assert f'pd.read_parquet("https://data.example.vn/dataset/{catalogue.dataset.id}' in page.text
    for form in ("parquet", "csv", "json"):
        assert any(link.endswith("." + form) for link in page.links)


def test_preview_ends_at_the_configured_number_of_rows(client: FlaskClient) -> None:
    page = read(client, f"/dataset/{SLUG}")
    assert "3 dòng đầu" in page.text
    assert "00016" not in page.text


def test_offending_value_is_never_shown(client: FlaskClient, catalogue: Catalogue) -> None:
    for slug in (SLUG, catalogue.nasty.slug):
        assert SECRET not in client.get(f"/dataset/{slug}").text


def test_absence_has_a_reason_in_words(client: FlaskClient) -> None:
    page = read(client, f"/dataset/{SLUG}")
    assert "Định dạng này không phải bảng" in page.text
    assert "Nguồn không trả lời kịp thời hạn." in page.text
    assert "Tệp này đang chờ quyết định trước khi được công bố." in page.text
    assert "Số dòng giảm nhiều so với bản đã công bố." in page.text


def test_unknown_licence_is_a_warning(client: FlaskClient, catalogue: Catalogue) -> None:
    assert "Licence unknown." in read(client, f"/en/dataset/{catalogue.nasty.slug}").text
    assert "Licence unknown." not in read(client, f"/en/dataset/{SLUG}").text


def test_licence_says_what_one_may_do(client: FlaskClient) -> None:
    licence = codelists.licence("cc-by-4.0")
    for language, prefix in (("vi", ""), ("en", "/en")):
        for path in (f"/dataset/{SLUG}", "/about"):
            page = read(client, prefix + path)
            assert licence.title[language] in page.text
            assert licence.text[language] in page.text


def test_dates_have_their_own_names_in_hanoi_time(client: FlaskClient) -> None:
    text = read(client, f"/dataset/{SLUG}").text
    for name in (
        "Dữ liệu thay đổi",
        "Mô tả thay đổi",
        "Kiểm tra nguồn lần cuối",
        "nguồn không nêu",
    ):
        assert name in text
    assert "10/03/2026 03:30" in text


def test_former_slug_and_id_lead_to_the_dataset(client: FlaskClient, catalogue: Catalogue) -> None:
    for name in ("ten-cu", str(catalogue.dataset.id)):
        answer = client.get(f"/en/dataset/{name}")
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"/en/dataset/{SLUG}"


def test_withdrawn_dataset_answers_410_with_its_title(client: FlaskClient) -> None:
    page = read(client, "/dataset/bo-du-lieu-da-rut", 410)
    assert "Bộ dữ liệu đã rút" in page.text
    assert "Mô tả" not in page.text


@pytest.mark.parametrize(
    "path",
    ["/dataset/ban-nhap", "/dataset/x%00y", "/dataset/%ff", "/organization/khong-co", "/x/..%2f"],
)
def test_what_is_not_public_is_not_found(client: FlaskClient, path: str) -> None:
    assert "Không có trang nào ở địa chỉ này." in read(client, path, 404).text


def test_publisher_page_has_pages_in_order_of_titles(client: FlaskClient) -> None:
    first = read(client, "/organization/cuc-thong-ke")
    last = read(client, "/organization/cuc-thong-ke?page=999")
    assert "13 bộ dữ liệu" in first.text
    assert "Danh mục cấp xã ở Đắk Lắk" in first.text
    assert "Số liệu năm 2021" in last.text


def test_every_published_schema_has_a_page_and_its_json(client: FlaskClient) -> None:
    for schema in table_schemas.all_schemas():
        page = read(client, f"/en/schemas/{schema.key}")
        assert all(field.name in page.text for field in schema.fields)
        assert read(client, f"/schemas/{schema.name}").all("table")
        for file in ("schema.json", "valid.csv", "invalid.csv"):
            raw = client.get(f"/schemas/{schema.key}/{file}")
            assert raw.data == (schema.folder / file).read_bytes()
            assert raw.headers["Access-Control-Allow-Origin"] == "*"
            assert raw.cache_control.immutable
            assert raw.cache_control.max_age == 31_536_000


def test_page_of_a_schema_tells_rules_lists_and_status(client: FlaskClient) -> None:
    page = read(client, "/en/schemas/land-price")
    assert "In every row: valid_from <= valid_to." in page.text
    assert "A code of the list provinces that is valid at valid_from." in page.text
    assert "This schema is a proposal" in page.text
    assert "/en/schemas/codelists/provinces" in page.links
    assert "Lược đồ này là đề xuất" in read(client, "/schemas/land-price").text
    assert "đề xuất" not in read(client, "/schemas/exam-result").text


def test_every_code_list_has_a_page_and_its_files(client: FlaskClient) -> None:
    for found in code_lists.all_lists():
        page = read(client, f"/en/schemas/codelists/{found.name}")
        assert all(entry.code in page.text for entry in found.entries)
        raw = client.get(f"/schemas/codelists/{found.name}.csv")
        assert raw.data == found.path.read_bytes()
        assert raw.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert raw.headers["Access-Control-Allow-Origin"] == "*"
        assert client.get(f"/schemas/codelists/{found.name}.schema.json").status_code == 200
    assert "/en/schemas/land-price" in read(client, "/en/schemas/codelists/provinces").links
    assert client.get("/schemas/codelists/none").status_code == 404
    assert client.get("/schemas/codelists/none.csv").status_code == 404


def test_unknown_schema_is_not_found(client: FlaskClient) -> None:
    for path in ("/schemas/none", "/schemas/none/1.0.0", "/schemas/none/1.0.0/schema.json"):
        assert client.get(path).status_code == 404


def test_home_shows_figures_and_newest_data(client: FlaskClient) -> None:
    page = read(client, "/")
    assert "14" in page.text
    assert f"/dataset/{SLUG}" in page.links


def test_robots_leave_searches_and_files_alone(client: FlaskClient) -> None:
    assert "Disallow: /dataset/?" in client.get("/robots.txt").text


def test_english_page_says_where_it_speaks_vietnamese(client: FlaskClient) -> None:
    assert '<tbody lang="vi">' in client.get(f"/en/dataset/{SLUG}").text
    assert '<tbody lang="vi">' not in client.get(f"/dataset/{SLUG}").text


def test_file_that_waits_tells_what_differs_from_the_contract(client: FlaskClient) -> None:
    text = " ".join(read(client, f"/en/dataset/{SLUG}").text.split())
    assert "mã: The column seems to have been renamed. mã → mã tỉnh." in text


def test_figures_of_a_table_are_told(client: FlaskClient, catalogue: Catalogue) -> None:
    page = read(client, f"/en/dataset/{catalogue.nasty.slug}")
    text = " ".join(page.text.split())
    assert "The data in figures" in text
    assert "Areas: 63." in text
    assert "1 to 90 characters" in text
    assert "Note: <script>" in text
    assert [path["d"] for path in page.all("path")] == ["M0 32V16H60V0H120V32Z"]


def test_schema_page_leads_to_checking_a_file_against_it(client: FlaskClient) -> None:
    (schema, *_) = table_schemas.all_schemas()
    page = read(client, f"/schemas/{schema.name}/{schema.version}")
    assert f"/validate/?schema={schema.key}" in page.links
