"""The sample sources over real HTTP on loopback."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import pytest
from python_calamine import CalamineWorkbook

from opendata.demo import file_list, server, tcvn3, unit_lists
from opendata.demo.server import DemoServer, DemoSource
from opendata.errors import SettingError
from opendata.services import codelists

Read = Callable[[str], bytes]

INDICATOR_HEADER = "indicator_code,indicator_name,area_code,period,value,unit,status,note"


def source(demo_server: DemoServer, name: str) -> DemoSource:
    return next(entry for entry in demo_server.sources() if entry.name == name)


def listed(demo_server: DemoServer, read: Read, name: str) -> list[dict[str, str]]:
    entry = source(demo_server, name)
    return list(csv.DictReader(io.StringIO(read(entry.url).decode(), newline="")))


def listed_file(demo_server: DemoServer, read: Read, name: str, number: int = 0) -> bytes:
    row = listed(demo_server, read, name)[number]
    return read(urljoin(source(demo_server, name).url, row["file_url"]))


def action(demo_server: DemoServer, read: Read, call: str) -> Any:
    answer = json.loads(read(f"{source(demo_server, 'bo-noi-vu').url}/api/3/action/{call}"))
    assert set(answer) == {"help", "success", "result"}
    assert answer["success"] is True
    return answer["result"]


def refused(demo_server: DemoServer, call: str) -> tuple[int, Any]:
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{source(demo_server, 'bo-noi-vu').url}/api/3/action/{call}", timeout=30)
    with caught.value as answer:
        return answer.code, json.loads(answer.read())


def everything(running: DemoServer, read: Read) -> dict[str, bytes]:
    """Every answer a harvest would see, by address."""
    found = {}
    for entry in running.sources():
        if entry.kind == "ckan":
            listing = f"{entry.url}/api/3/action/package_search?rows=100"
            found[listing] = read(listing)
            packages = json.loads(found[listing])["result"]["results"]
            addresses = [file["url"] for package in packages for file in package["resources"]]
        elif entry.kind == "dcat":
            listings = [entry.url, f"{entry.url}?page=2"]
            found |= {listing: read(listing) for listing in listings}
            text = "".join(found[listing].decode() for listing in listings)
            addresses = re.findall(r"dcat:downloadURL <([^>]*)>", text)
        else:
            found[entry.url] = read(entry.url)
            rows = listed(running, read, entry.name)
            addresses = [urljoin(entry.url, row["file_url"]) for row in rows]
        found |= {address: read(address) for address in addresses}
    return found


def test_seven_publishers_speak_three_protocols(demo_server: DemoServer) -> None:
    kinds = {entry.name: (entry.kind, entry.publisher_code) for entry in demo_server.sources()}
    assert kinds == {
        "bo-noi-vu": ("ckan", "G09"),
        "van-phong-chinh-phu": ("file_list", "G22"),
        "bo-tu-phap": ("file_list", "G15"),
        "bao-hiem-xa-hoi": ("file_list", "G24"),
        "bo-thong-tin-truyen-thong": ("file_list", "G14"),
        "bo-tai-chinh": ("file_list", "G12"),
        "tinh-cao-bang": ("dcat", ""),
    }


def test_pages_of_a_search_add_up(demo_server: DemoServer, read: Read) -> None:
    call = "package_search?rows=3&sort=id+asc&start="
    pages = [action(demo_server, read, call + str(start)) for start in (0, 3, 6)]
    ids = [package["id"] for page in pages for package in page["results"]]
    assert [len(page["results"]) for page in pages] == [3, 1, 0]
    assert ids == sorted(set(ids))
    assert {page["count"] for page in pages} == {len(ids)}


def test_a_dataset_is_shown_by_name_and_by_id(demo_server: DemoServer, read: Read) -> None:
    by_name = action(demo_server, read, "package_show?id=don-vi-hanh-chinh-tu-01-07-2025")
    assert action(demo_server, read, f"package_show?id={by_name['id']}") == by_name
    assert by_name["organization"]["title"] == "Bộ Nội vụ"
    assert by_name["title_translated"]["en"].startswith("Administrative units since")
    assert [file["schema"] for file in by_name["resources"]] == ["administrative-unit"] * 2


def test_the_site_states_its_version(demo_server: DemoServer, read: Read) -> None:
    assert action(demo_server, read, "status_show")["ckan_version"] == "2.12.0"


def test_the_list_of_names_is_that_of_the_search(demo_server: DemoServer, read: Read) -> None:
    found = action(demo_server, read, "package_search?rows=100")["results"]
    names = action(demo_server, read, "package_list")
    assert names == sorted(package["name"] for package in found)


@pytest.mark.parametrize(
    ("call", "status", "kind"),
    [
        ("package_show?id=nope", 404, "Not Found Error"),
        ("package_show", 409, "Validation Error"),
        ("package_search?rows=abc", 409, "Validation Error"),
        ("package_search?rows=-1", 409, "Validation Error"),
        ("package_search?sort=title+asc", 409, "Validation Error"),
        ("package_search?q=dat", 409, "Validation Error"),
    ],
)
def test_a_wrong_call_gets_the_error_envelope(
    demo_server: DemoServer, call: str, status: int, kind: str
) -> None:
    code, answer = refused(demo_server, call)
    assert code == status
    assert answer["success"] is False
    assert answer["error"]["__type"] == kind


def test_unit_tables_have_the_columns_of_their_schema(demo_server: DemoServer, read: Read) -> None:
    found = action(demo_server, read, "package_search?rows=100")["results"]
    files = [file for package in found for file in package["resources"]]
    headers = {
        read(file["url"]).decode().splitlines()[0]
        for file in files
        if file["schema"] == "administrative-unit"
    }
    assert headers == {",".join(unit_lists.HEADER)}


def test_downloads_have_the_announced_size(demo_server: DemoServer, read: Read) -> None:
    package = action(demo_server, read, "package_show?id=don-vi-hanh-chinh-truoc-01-07-2025")
    for file in package["resources"]:
        assert len(read(file["url"])) == file["size"]


def test_counts_by_province_add_up(demo_server: DemoServer, read: Read) -> None:
    package = action(demo_server, read, "package_show?id=so-don-vi-hanh-chinh-theo-tinh")
    table = read(package["resources"][0]["url"]).decode()
    sums: dict[tuple[str, str], int] = {}
    for row in csv.DictReader(io.StringIO(table, newline="")):
        key = (row["indicator_code"], row["period"])
        sums[key] = sums.get(key, 0) + int(row["value"])
    assert sums == {
        ("DVHC01", "2025-06-30"): 696,
        ("DVHC02", "2025-06-30"): 10_035,
        ("DVHC02", "2025-07-01"): 3_321,
    }
    assert table.splitlines()[0] == INDICATOR_HEADER


def test_feed_has_two_pages_and_an_empty_one_after(demo_server: DemoServer, read: Read) -> None:
    url = source(demo_server, "tinh-cao-bang").url
    texts = [read(f"{url}?page={number}").decode() for number in (1, 2, 3)]
    assert [text.count("a dcat:Dataset") for text in texts] == [2, 1, 0]
    assert ["hydra:next" in text for text in texts] == [True, False, False]
    assert all("hydra:totalItems 3" in text for text in texts)
    assert read(url).decode() == texts[0]


@pytest.mark.parametrize("page", ["0", "-1", "x"])
def test_page_of_a_feed_that_is_none_is_refused(demo_server: DemoServer, page: str) -> None:
    url = source(demo_server, "tinh-cao-bang").url
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{url}?page={page}", timeout=30)
    with caught.value as answer:
        assert answer.code == 400


def test_units_of_the_province_are_those_of_the_national_tables(
    demo_server: DemoServer, read: Read
) -> None:
    url = source(demo_server, "tinh-cao-bang").url.removesuffix("/catalog.ttl")
    package = action(demo_server, read, "package_show?id=don-vi-hanh-chinh-tu-01-07-2025")
    national = read(package["resources"][1]["url"]).decode().splitlines()
    province = read(f"{url}/tep/xa-phuong-tu-01-07-2025.csv").decode().splitlines()
    assert len(province) == 1 + 56
    assert set(province) <= set(national)


@pytest.mark.parametrize("entry", server.LIST_PUBLISHERS, ids=lambda make: make.__module__)
def test_every_list_names_files_that_can_be_read(
    demo_server: DemoServer, read: Read, entry: Callable[[], Any]
) -> None:
    agency = entry().agency
    rows = listed(demo_server, read, agency.slug)
    assert rows
    assert list(rows[0]) == list(file_list.HEADER)
    for number, row in enumerate(rows):
        assert row["publisher_code"] == agency.code
        assert row["title"]
        assert row["title_en"]
        assert row["provenance"]
        assert listed_file(demo_server, read, agency.slug, number)


@pytest.mark.parametrize("entry", server.LIST_PUBLISHERS, ids=lambda make: make.__module__)
def test_metadata_uses_the_code_lists(entry: Callable[[], Any]) -> None:
    licences = {licence.id for licence in codelists.licences()}
    themes = {theme.id for theme in codelists.themes()}
    frequencies = {frequency.id for frequency in codelists.frequencies()}
    names = {agency.code: agency.name for agency in codelists.agencies()}
    publisher = entry()
    agency = publisher.agency
    assert names[agency.code] == {"vi": agency.name, "en": agency.name_en}
    for publication in publisher.publications:
        assert publication.licence in licences
        assert set(publication.themes) <= themes
        assert publication.frequency in frequencies


@pytest.mark.parametrize(
    "name", ["van-phong-chinh-phu", "bo-thong-tin-truyen-thong", "bo-tai-chinh"]
)
def test_indicator_tables_have_the_columns_of_their_schema(
    demo_server: DemoServer, read: Read, name: str
) -> None:
    assert listed_file(demo_server, read, name).decode().splitlines()[0] == INDICATOR_HEADER


def test_figures_written_in_words_stay_under_five_percent(
    demo_server: DemoServer, read: Read
) -> None:
    table = listed_file(demo_server, read, "van-phong-chinh-phu").decode()
    values = [row["value"] for row in csv.DictReader(io.StringIO(table, newline=""))]
    words = [value for value in values if not re.fullmatch(r"\d+(\.\d+)?", value)]
    assert words == ["khoảng 6.800"]
    assert len(words) / len(values) < 0.05


def test_the_civil_status_file_reads_back_from_tcvn3(demo_server: DemoServer, read: Read) -> None:
    letters = {code: letter for letter, code in tcvn3.CODES.items()}
    text = "".join(letters[code] for code in listed_file(demo_server, read, "bo-tu-phap"))
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert ",".join(rows[0]) == INDICATOR_HEADER
    assert [row[4] for row in rows[1:]] == ["23000000", "7000000", "4500000", "3200000"]
    assert rows[2][1] == "Số trẻ em được cấp số định danh cá nhân khi đăng ký khai sinh"


def test_the_workbook_opens_with_a_title_above_its_header(
    demo_server: DemoServer, read: Read
) -> None:
    body = listed_file(demo_server, read, "bao-hiem-xa-hoi")
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
    assert workbook.sheet_names == ["Bảo hiểm y tế", "Danh mục chỉ tiêu"]
    rows = workbook.get_sheet_by_name("Bảo hiểm y tế").to_python()
    assert rows[0][0].startswith("CƠ SỞ DỮ LIỆU")
    assert rows[1][0] == "Mã chỉ tiêu"
    assert [row[4] for row in rows[2:]] == [24_000_000, 90_000_000]


def test_the_note_on_the_definition_is_a_pdf(demo_server: DemoServer, read: Read) -> None:
    body = listed_file(demo_server, read, "bo-thong-tin-truyen-thong", 1)
    assert body.startswith(b"%PDF-1.4")
    assert body.endswith(b"%%EOF\n")


def test_the_same_bytes_come_after_a_new_start(demo_packages: None, read: Read) -> None:
    with server.start(0) as running:
        port = int(running.url.rsplit(":", 1)[1])
        first = everything(running, read)
    with server.start(port) as again:
        assert everything(again, read) == first


def test_no_header_tells_the_time(demo_server: DemoServer) -> None:
    with urlopen(source(demo_server, "bo-tu-phap").url, timeout=30) as answer:
        assert set(answer.headers) == {"Content-Type", "Content-Length"}


def test_head_has_the_headers_and_no_body(demo_server: DemoServer, read: Read) -> None:
    url = source(demo_server, "bo-tu-phap").url
    with urlopen(Request(url, method="HEAD"), timeout=30) as answer:
        assert int(answer.headers["Content-Length"]) == len(read(url))
        assert answer.read() == b""


def test_unknown_page_is_404(demo_server: DemoServer) -> None:
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{demo_server.url}/nope", timeout=30)
    with caught.value as answer:
        assert answer.code == 404


def test_a_client_that_leaves_early_does_no_harm(demo_server: DemoServer, read: Read) -> None:
    package = action(demo_server, read, "package_show?id=chuyen-doi-xa-phuong-01-07-2025")
    url = package["resources"][0]["url"]
    with urlopen(url, timeout=30) as answer:
        answer.read(10)
    assert len(read(url)) == package["resources"][0]["size"]


def test_a_number_that_is_no_port_says_which_setting_to_change(demo_packages: None) -> None:
    with pytest.raises(SettingError, match=r"set \[demo\] port"):
        server.start(70_000)


def test_port_in_use_says_which_setting_to_change(demo_server: DemoServer) -> None:
    port = int(demo_server.url.rsplit(":", 1)[1])
    with pytest.raises(SettingError, match=r"set \[demo\] port"):
        server.start(port)
