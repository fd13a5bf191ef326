"""Hand-kept file lists: one CSV, one row a file."""

from __future__ import annotations

import codecs
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from harvesters.file_list import FileList
from opendata.errors import SourceFailure
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

HEADER = "dataset_id,title,file_url"

_WEB = "type: http or https address"


def file_list(site: Any, text: str | bytes, **options: str) -> FileList:
    body = text if isinstance(text, bytes) else text.encode()
    site.replies["/data/list.csv"] = body
    return FileList(SourceConfig("list", site.url + "/data/list.csv", options), site.client)


def records(site: Any, *lines: str, header: str = HEADER) -> list[Any]:
    return list(file_list(site, "\n".join([header, *lines, ""])).discover())


def only(site: Any, **cells: str) -> Any:
    """The one record of a list with one row, which has these cells and sound required ones."""
    row = {"dataset_id": "d1", "title": "Trạm đo", "file_url": "a.csv", **cells}
    quoted = ('"' + value.replace('"', '""') + '"' for value in row.values())
    (record,) = records(site, ",".join(quoted), header=",".join(row))
    return record


def problems(record: Any) -> list[tuple[str, str, int | None]]:
    return [(problem.code, problem.field, problem.row) for problem in record.problems]


def test_row_becomes_a_record(site: Any) -> None:
    cells = {
        "dataset_id": "d1",
        "title": "Trạm đo",
        "title_en": "Stations",
        "description": "Mô tả",
        "description_en": "Words",
        "publisher": "Sở Tài nguyên",
        "publisher_code": "H01",
        "licence": "cc-by-4.0",
        "frequency": "monthly",
        "themes": "moi-truong | nuoc",
        "keywords": "trạm|sông|trạm|",
        "areas": "Hà Nội",
        "period_start": "2020-01-01",
        "period_end": "31/12/2020",
        "issued": "2021-02-03",
        "modified": "2021-02-03T04:05:06+07:00",
        "contact_name": "Tổ dữ liệu",
        "contact_email": "to@data.example",
        "landing_page": "https://data.example/d1",
        "provenance": "Đo tại chỗ",
        "provenance_en": "Measured",
        "file_id": "f1",
        "file_name": "Danh sách",
        "file_description": "Mô tả tệp",
        "file_url": "https://data.example/d1.csv",
        "format": "CSV",
        "schema": "stations",
    }
    assert only(site, **cells) == SourceRecord(
        upstream_id="d1",
        title={"vi": "Trạm đo", "en": "Stations"},
        raw=json.dumps([cells], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(),
        notes={"vi": "Mô tả", "en": "Words"},
        publisher=PublisherName(name="Sở Tài nguyên", code="H01"),
        keywords=("trạm", "sông"),
        themes=("moi-truong", "nuoc"),
        licence="cc-by-4.0",
        frequency="monthly",
        landing_page="https://data.example/d1",
        areas=("Hà Nội",),
        period=Period(date(2020, 1, 1), date(2020, 12, 31)),
        issued=date(2021, 2, 3),
        modified=datetime(2021, 2, 2, 21, 5, 6, tzinfo=UTC),
        contact=Contact(name="Tổ dữ liệu", email="to@data.example"),
        provenance={"vi": "Đo tại chỗ", "en": "Measured"},
        distributions=(
            Distribution(
                url="https://data.example/d1.csv",
                upstream_id="f1",
                name="Danh sách",
                description="Mô tả tệp",
                format="csv",
                schema="stations",
            ),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "dataset_id,title,file_url\nd1,Một,a.csv\n",
        codecs.BOM_UTF8 + "dataset_id,title,file_url\r\nd1,Một,a.csv".encode(),
        "dataset_id;title;file_url\nd1;Một;a.csv\n",
        "Dataset_ID, title ,file_url\n\nd1,Một,a.csv\n,,\n",
    ],
)
def test_list_is_read_as_spreadsheets_write_it(site: Any, text: str | bytes) -> None:
    (record,) = file_list(site, text).discover()
    assert record.title == {"vi": "Một"}
    assert [distribution.url for distribution in record.distributions] == [site.url + "/data/a.csv"]


def test_rows_of_one_dataset_are_its_files_in_order(site: Any) -> None:
    found = records(site, "d1,Một,a.csv", "d2,Hai,b.csv", "d1,Một,/c.csv")
    assert [record.upstream_id for record in found] == ["d1", "d2"]
    assert [distribution.url for distribution in found[0].distributions] == [
        site.url + "/data/a.csv",
        site.url + "/c.csv",
    ]


def test_first_word_on_a_dataset_counts_and_others_are_named(site: Any) -> None:
    (record,) = records(site, "d1,Một,a.csv", "d1,,b.csv", "d1,Khác,c.csv")
    assert record.title == {"vi": "Một"}
    assert record.lost == ("title of row 4",)
    assert len(record.distributions) == 3


def test_unknown_column_is_named(site: Any) -> None:
    assert only(site, **{"Ghi chú": "x"}).lost == ("column ghi chú",)


def test_row_without_a_dataset_is_rejected_with_its_number(site: Any) -> None:
    good, bad = records(site, "d1,Một,a.csv", ",Hai,b.csv")
    assert isinstance(good, SourceRecord)
    assert isinstance(bad, RejectedRecord)
    assert bad.upstream_id == "row 3"
    assert problems(bad) == [("missing-id", "dataset_id", 3)]


def test_dataset_without_a_title_is_rejected(site: Any) -> None:
    (record,) = records(site, "d1,,a.csv")
    assert isinstance(record, RejectedRecord)
    assert problems(record) == [("missing-title", "title", 2)]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"issued": "soon"}, Problem("bad-date", "issued", "soon", 2, "type: date")),
        (
            {"modified": "2024-13-01"},
            Problem("bad-date", "modified", "2024-13-01", 2, "type: date"),
        ),
        ({"period_start": "2024"}, Problem("bad-date", "period_start", "2024", 2, "type: date")),
        (
            {"landing_page": "www.a.example"},
            Problem("bad-url", "landing_page", "www.a.example", 2, _WEB),
        ),
        ({"schema": "../x"}, Problem("unknown-schema", "schema", "../x", 2)),
    ],
)
def test_bad_cell_is_noted_and_left_out(site: Any, cells: dict[str, str], problem: Problem) -> None:
    record = only(site, **cells)
    assert record.problems == (problem,)
    assert (record.issued, record.modified, record.period) == (None, None, None)
    assert record.landing_page == ""
    assert record.distributions[0].schema == ""


@pytest.mark.parametrize(
    ("url", "code"),
    [("", "required"), ("file:///etc/passwd", "bad-url"), ("http://[::1", "bad-url")],
)
def test_file_without_a_web_address_is_noted(site: Any, url: str, code: str) -> None:
    record = only(site, file_url=url)
    assert problems(record) == [(code, "file_url", 2)]
    assert record.distributions == ()


def test_file_told_twice_comes_once(site: Any) -> None:
    (record,) = records(site, "d1,Một,a.csv,f1", "d1,Một,b.csv,f1", header=f"{HEADER},file_id")
    assert len(record.distributions) == 1
    assert problems(record) == [("duplicate-id", "file_id", 3)]


def test_row_of_another_width_is_noted(site: Any) -> None:
    short, long = records(site, "d1,Một", "d2,Hai,b.csv,more")
    assert ("row-width", "", 2) in problems(short)
    assert problems(long) == [("row-width", "", 3)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\n <!doctype html><html><body>log in</body></html>", "unexpected-type"),
        (codecs.BOM_UTF8 + b"<html></html>", "unexpected-type"),
        (b"dataset_id,title\nd1,a\n", "bad-list"),
        (b"title,title,dataset_id,file_url\n", "bad-list"),
        ("dataset_id,title,file_url\nd1,Một,a\n".encode("utf-16"), "bad-list"),
        (b'dataset_id,title,file_url\nd1,"a,b\n', "bad-list"),
        (b"please log in", "bad-list"),
    ],
)
def test_what_is_no_list_has_a_reason(site: Any, body: bytes, reason: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        list(file_list(site, body).discover())
    assert caught.value.reason == reason


def test_list_without_rows_is_a_whole_answer(site: Any) -> None:
    assert records(site) == []


def test_list_that_is_gone_fails(site: Any) -> None:
    with pytest.raises(SourceFailure):
        list(FileList(SourceConfig("list", site.url + "/none.csv"), site.client).discover())


def test_message_does_not_tell_the_key_in_the_address(site: Any) -> None:
    site.replies["/list.csv"] = b"no list"
    source = SourceConfig("list", site.url + "/list.csv?key=s3cret")
    with pytest.raises(SourceFailure) as caught:
        list(FileList(source, site.client).discover())
    assert "s3cret" not in str(caught.value)


def test_option_that_nobody_reads_is_refused(site: Any) -> None:
    with pytest.raises(SourceFailure) as caught:
        file_list(site, "", delimiter=";")
    assert caught.value.reason == "bad-option"


def test_file_opens_to_its_bytes(site: Any) -> None:
    site.replies["/a.csv"] = b"id\n1\n"
    with file_list(site, "").open(Distribution(url=site.url + "/a.csv")) as transfer:
        assert b"".join(transfer) == b"id\n1\n"
