"""Downloads: the right bytes, honest headers, ranges, conditional requests."""

from __future__ import annotations

import io
import itertools
import uuid
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from opendata import storage
from opendata.web.pages import download
from tests.unit.opendata.web.sample import Catalogue


def test_original_is_sent_byte_for_byte(client: FlaskClient, catalogue: Catalogue) -> None:
    answer = client.get(catalogue.original_path())
    assert answer.status_code == 200
    assert answer.data.startswith(b"ma_xa,")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="danh-muc-xa.csv"; '
        "filename*=UTF-8''Danh%20m%E1%BB%A5c%20x%C3%A3.csv"
    )


def test_parquet_has_its_digest_as_strong_tag(client: FlaskClient, catalogue: Catalogue) -> None:
    answer = client.get(catalogue.table_path("parquet"))
    assert answer.headers["ETag"] == f'"{catalogue.table.parquet_digest}"'
    assert pq.read_table(io.BytesIO(answer.data)).num_rows == 4


@pytest.mark.parametrize(
    ("form", "kind"), [("csv", "text/csv; charset=utf-8"), ("json", "application/json")]
)
def test_streamed_forms_have_a_weak_tag_and_no_ranges(
    client: FlaskClient, catalogue: Catalogue, form: str, kind: str
) -> None:
    path = catalogue.table_path(form)
    answer = client.get(path, headers={"Range": "bytes=0-1"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["ETag"] == f'W/"{catalogue.table.parquet_digest}-{form}"'
    assert "00004" in answer.text
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_csv_for_excel_is_another_form_of_the_same_table(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    answer = client.get(catalogue.table_path("csv") + "?excel=1")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["ETag"].endswith('-csv-excel"')


def test_range_continues_a_download(client: FlaskClient, catalogue: Catalogue) -> None:
    whole = client.get(catalogue.original_path())
    part = client.get(
        catalogue.original_path(),
        headers={"Range": "bytes=3-6", "If-Range": whole.headers["ETag"]},
    )
    assert part.status_code == 206
    assert part.data == whole.data[3:7]
    assert part.headers["Content-Range"] == f"bytes 3-6/{len(whole.data)}"
    other = client.get(
        catalogue.original_path(), headers={"Range": "bytes=3-6", "If-Range": '"other"'}
    )
    assert (other.status_code, other.data) == (200, whole.data)


@pytest.mark.parametrize(
    "asked", ["bytes=" + "0-," * 1000 + "0-", "bytes=-0", "bytes=5-1", "bytes=999999-", "x=1"]
)
def test_odd_ranges_never_multiply_the_body(
    client: FlaskClient, catalogue: Catalogue, asked: str
) -> None:
    whole = len(client.get(catalogue.original_path()).data)
    answer = client.get(catalogue.original_path(), headers={"Range": asked})
    assert answer.status_code in (200, 206, 416)
    assert answer.status_code == 416 or len(answer.data) <= whole


@pytest.mark.parametrize("asked", ["*", '"{digest}"'])
def test_unchanged_file_is_not_sent_again(
    client: FlaskClient, catalogue: Catalogue, asked: str
) -> None:
    tag = asked.replace("{digest}", catalogue.table.parquet_digest)
    answer = client.get(catalogue.table_path("parquet"), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_head_has_headers_and_no_body(client: FlaskClient, catalogue: Catalogue, form: str) -> None:
    answer = client.head(catalogue.table_path(form))
    assert answer.status_code == 200
    assert answer.data == b""
    assert "ETag" in answer.headers


def test_file_that_is_no_table_keeps_its_media_type(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    path = f"/dataset/{catalogue.dataset.id}/resource/{catalogue.scan.id}/download/a.pdf"
    assert client.get(path).headers["Content-Type"] == "application/pdf"


def test_hostile_name_stays_one_header(client: FlaskClient, catalogue: Catalogue) -> None:
    path = f"/dataset/{catalogue.nasty.id}/table/{catalogue.nasty_table.table_id}/download/a.csv"
    answer = client.get(path)
    assert answer.status_code == 200
    assert "X-Injected" not in answer.headers
    assert answer.headers["Content-Disposition"].count('"') == 2


def test_wrong_ids_and_unknown_extensions_are_not_found(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    other = uuid.uuid4()
    for path in (
        f"/dataset/{other}/resource/{catalogue.resource.id}/download/a.csv",
        f"/dataset/{catalogue.dataset.id}/resource/{other}/download/a.csv",
        f"/dataset/{catalogue.nasty.id}/table/{catalogue.table.table_id}/download/a.csv",
        f"/dataset/x/resource/{other}/download/a.csv",
        catalogue.original_path().replace(".csv", ".exe"),
        catalogue.table_path("xlsx"),
    ):
        assert client.get(path).status_code == 404


def test_file_lost_from_the_store_is_being_restored(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    path = catalogue.store.path(storage.TABLES, catalogue.table.parquet_digest)
    aside = path.rename(path.with_suffix(".aside"))
    try:
        answer = client.get(catalogue.table_path("csv"))
        page = client.get(f"/dataset/{catalogue.dataset.slug}")
    finally:
        aside.rename(path)
    assert answer.status_code == 503
    assert "Tệp này đang được khôi phục." in answer.text
    assert answer.headers["Retry-After"]
    assert page.status_code == 200
    assert "Các dòng đầu không được hiển thị ở đây" in page.text


@pytest.mark.parametrize(
    ("method", "headers", "pieces"),
    [
        ("HEAD", {}, 0),
        ("GET", {"If-None-Match": "*"}, 0),
        ("GET", {}, 2),
    ],
)
def test_export_is_made_only_as_far_as_it_is_read(
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    headers: dict[str, str],
    pieces: int,
) -> None:
    made: list[int] = []

    def endless(path: object) -> Iterator[bytes]:
        for number in itertools.count(1):
            made.append(number)
            yield b"x"

    monkeypatch.setitem(download._STREAMS, "csv", endless)
    app = catalogue.app()
    with app.test_request_context(catalogue.table_path("csv"), method=method, headers=headers):
        answer = app.full_dispatch_request()
        if answer.status_code == 200 and method == "GET":
            next(iter(answer.response))
            next(iter(answer.response))
    assert len(made) <= pieces


@pytest.mark.parametrize("host", ["a..b", "..", "x" * 64 + ".vn", "a b", "[", "x:99999999"])
def test_host_that_cannot_be_one_is_a_bad_request(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
