"""Checking a file of one's own: the page, the form without scripts, and the API."""

from __future__ import annotations

import io
import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient

from opendata.app import create_app
from opendata.services import table_schemas
from opendata.web import instance
from tests.unit.opendata.web.html_reading import Page
from tests.unit.opendata.web.sample import NASTY, Catalogue

UNITS = "code,name,full_name,unit_type,level,parent_code\n"
SCHEMA = table_schemas.find("administrative-unit")
GOOD = (SCHEMA.folder / "valid.csv").read_text(encoding="utf-8")
BAD = (SCHEMA.folder / "invalid.csv").read_text(encoding="utf-8")


def sent(text: str | bytes, name: str = "đơn vị.csv", **fields: str) -> dict[str, Any]:
    body = text if isinstance(text, bytes) else text.encode()
    return {"file": (io.BytesIO(body), name), **fields}


def page_of(client: FlaskClient, data: dict[str, Any], path: str = "/validate/") -> Page:
    answer = client.post(path, data=data)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return Page(answer.text)


@pytest.fixture
def small(catalogue: Catalogue) -> Flask:
    """A catalogue that takes files of two thousand bytes, one at a time."""
    web = replace(catalogue.settings.web, max_upload_bytes=2_000, validate_at_once=1)
    return create_app(
        replace(catalogue.settings, web=web),
        sessions=catalogue.sessions,
        store=catalogue.store,
        index=catalogue.index,
    )


def test_good_file_is_told_in_one_sentence(client: FlaskClient) -> None:
    page = page_of(client, sent(GOOD, schema="administrative-unit"))
    assert "Tệp đúng lược đồ: cả 5 dòng đều được chấp nhận." in page.text
    page = page_of(client, sent(GOOD, schema="administrative-unit"), "/en/validate/")
    assert "The file keeps the schema: all 5 rows are accepted." in page.text


def test_bad_cells_are_told_with_row_value_and_what_to_do(client: FlaskClient) -> None:
    page = page_of(client, sent(BAD, schema="administrative-unit"), "/en/validate/")
    assert "21 of 22 rows would be set aside." in page.text
    assert "22 rows read = 1 accepted + 21 set aside." in page.text
    assert "The value does not match the pattern." in page.text
    assert "Write it as the" in page.text


def test_columns_are_told_with_type_and_why(client: FlaskClient) -> None:
    page = page_of(client, sent("mã;giá\n001;1.234,5\n002;7,25\n"), "/en/validate/")
    assert "Some values begin with a zero" in page.text
    assert "Thousands are parted by a mark" in page.text


def test_schema_that_fits_is_proposed_and_not_imposed(client: FlaskClient) -> None:
    page = page_of(client, sent(GOOD), "/en/validate/")
    assert "The columns fit a published schema" in page.text
    assert any("schema=administrative-unit" in link for link in page.links)


def test_file_that_is_no_table_has_a_reason(client: FlaskClient) -> None:
    page = page_of(client, sent(b"", "a.csv"), "/en/validate/")
    assert "This file could not be read as a table." in page.text
    answer = client.post("/api/1/validate", data=sent(b"", "a.csv"))
    assert (answer.status_code, answer.json["valid"], answer.json["reason"]) == (
        200,
        False,
        "empty",
    )


def test_hostile_text_is_shown_as_typed(client: FlaskClient) -> None:
    cell = '"' + NASTY.replace('"', '""') + '"'
    in_header, in_cells = f"{cell},số\n{cell},1\n{cell},x\n", UNITS + f"{cell}," * 5 + "\n"
    for body, schema in ((in_header, ""), (in_header, SCHEMA.key), (in_cells, SCHEMA.key)):
        page = page_of(client, sent(body, f"{NASTY}.csv", schema=schema))
        assert not page.strange_scripts
        assert "<script>alert(1)" in page.text
        for _, attributes in page.elements:
            assert not [n for n in attributes if n.startswith("on") or n == "style"]
            assert not (attributes.get("href") or "").startswith(("javascript:", "data:"))


def test_report_can_be_saved(client: FlaskClient) -> None:
    answer = client.post("/validate/", data=sent(GOOD, **{"as": "json"}))
    assert answer.json["valid"] is True
    assert "attachment" in answer.headers["Content-Disposition"]


def test_form_is_filled_from_the_address_and_nothing_is_fetched(client: FlaskClient) -> None:
    page = Page(client.get("/validate/?schema=administrative-unit&url=http://127.0.0.1/").text)
    assert [o["value"] for o in page.all("option") if "selected" in o]
    (field,) = [i for i in page.all("input") if i.get("name") == "url"]
    assert field["value"] == "http://127.0.0.1/"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://169.254.169.254/latest/"])
def test_address_inside_is_refused(client: FlaskClient, url: str) -> None:
    report = client.post("/api/1/validate", json={"url": url}).json
    assert (report["valid"], report["reason"]) == (False, "forbidden-address")
    assert "forbidden-address" not in page_of(client, {"url": url}).text


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({}, "no-file"),
        ({"file": (io.BytesIO(b""), "")}, "no-file"),
        ({"schema": "administrative-unit"}, "no-file"),
        ({"url": "https://example.vn/a.csv", "schema": "none/9"}, "unknown-schema"),
    ],
)
def test_wrong_question_is_a_sentence(client: FlaskClient, data: dict[str, Any], kind: str) -> None:
    answer = client.post("/api/1/validate?lang=en", data=data)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"urn:opendata:{kind}"
    assert answer.json["status"] == 400
    assert answer.json["title"]
    assert answer.json["detail"]


def test_file_and_address_together_are_refused(client: FlaskClient) -> None:
    data = sent(GOOD, url="https://example.vn/a.csv")
    answer = client.post("/validate/", data=data)
    assert answer.status_code == 400
    assert "Có cả tệp lẫn địa chỉ." in answer.text


@pytest.mark.parametrize("body", ["[]", '"a"', '{"url": 1}', "{", ""])
def test_json_that_says_nothing_is_refused(client: FlaskClient, body: str) -> None:
    answer = client.post("/api/1/validate", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["status"]) == (400, 400)


@pytest.mark.parametrize(
    ("query", "header", "title"),
    [
        ("", "", "Chưa có tệp để kiểm tra."),
        ("", "en-GB,en;q=0.9,vi;q=0.1", "There is no file to check."),
        ("?lang=vi", "en", "Chưa có tệp để kiểm tra."),
        ("?lang=fr", "fr", "Chưa có tệp để kiểm tra."),
    ],
)
def test_api_speaks_the_language_asked_for(
    client: FlaskClient, query: str, header: str, title: str
) -> None:
    answer = client.post(f"/api/1/validate{query}", headers={"Accept-Language": header})
    assert answer.json["title"] == title


def test_errors_below_the_api_are_problems(client: FlaskClient) -> None:
    for path, status in (("/api/1/none", 404), ("/api/1/validate", 405)):
        answer = client.get(path)
        assert (answer.status_code, answer.json["status"]) == (status, status)
        assert answer.json["type"] == "about:blank"


@pytest.mark.parametrize("size", [2_001, 100_000])
def test_file_that_is_too_large_is_refused(small: Flask, size: int) -> None:
    client = small.test_client()
    answer = client.post("/api/1/validate", data=sent(b"a" * size))
    assert (answer.status_code, answer.json["type"]) == (413, "urn:opendata:file-too-large")
    answer = client.post("/en/validate/", data=sent(b"a" * size))
    assert answer.status_code == 413
    assert "The file is larger than 2 kB." in answer.text


def test_who_comes_when_all_places_are_taken_is_asked_to_come_back(small: Flask) -> None:
    with small.app_context():
        places = instance.current().check_places
    client = small.test_client()
    with places:
        for path in ("/api/1/validate", "/validate/"):
            answer = client.post(path, data=sent(GOOD))
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    for _ in range(3):
        assert client.post("/api/1/validate", data={}).status_code == 400
    assert client.post("/api/1/validate", data=sent(GOOD)).status_code == 200


def test_nothing_of_a_file_is_logged_or_left(
    client: FlaskClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    for body in (f"{UNITS}TELLTALE,,,,,\n".encode(), b"TELLTALE\0\xff" * 9, b'TELLTALE,"\n'):
        client.post("/api/1/validate", data=sent(body, "TELLTALE.csv"))
    assert "TELLTALE" not in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_upload_that_stops_midway_gives_its_place_back(small: Flask, tmp_path: Path) -> None:
    answer = small.test_client().post(
        "/api/1/validate",
        input_stream=io.BytesIO(b"--x\r\nContent-Disposition: form-data; name=file"),
        content_type="multipart/form-data; boundary=x",
        content_length=900,
    )
    assert answer.status_code == 400
    with small.app_context():
        assert instance.current().check_places.acquire(blocking=False)


def test_personal_data_is_warned_of_with_masked_samples(client: FlaskClient) -> None:
    numbers = [f"0010900{number:05}" for number in range(12345, 12365)]
    rows = "".join(f"Nguyễn Văn An,{number},12\n" for number in numbers)
    body = f"ho_ten,cccd,so\n{rows}Nguyễn Văn An,{numbers[0]},12,thừa\n"
    answer = client.post("/api/1/validate", data=sent(body))
    (table,) = answer.json["tables"]
    assert table["rows_quarantined"] == 1
    assert "citizen-number" in [finding["code"] for finding in table["personal"]]
    page = page_of(client, sent(body), "/en/validate/")
    assert "This looks like personal data." in page.text
    for number in numbers:
        assert number not in answer.text
        assert number not in page.text


def test_workbook_is_checked_as_well(client: FlaskClient, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name in ("Một", "Hai"):
            book.add_worksheet(name).write_column(0, 0, ["giá", 1, 2])
    answer = client.post("/api/1/validate", data=sent((tmp_path / "a.xlsx").read_bytes(), "a.xlsx"))
    assert answer.json["valid"], answer.json
    assert [table["name"] for table in answer.json["tables"]] == ["Một", "Hai"]
