"""Files of people without an account: limits, addresses, and nothing left behind."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opendata.check_apart import ApartCheck
from opendata.config import Http, Settings, Web
from opendata.transport.client import Transport
from tests.loopback import Loopback

GOOD = b"ma,ten\n01,An\n02,B\xc3\xacnh\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let temporary folders be made here, so that a test sees what is left of them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback() as site:
        yield site


def check(**web: Any) -> ApartCheck:
    return ApartCheck(Settings(web=Web(**web)))


def reaching(site: Loopback, **web: Any) -> ApartCheck:
    """A check that may reach one server on loopback, as no setting allows."""
    host = site.url.removeprefix("http://")

    def open_transport(http: Http, **values: Any) -> Transport:
        assert http.allow_private_hosts == ()
        return Transport(replace(http, allow_private_hosts=(host,)), **values)

    return ApartCheck(Settings(web=Web(**web)), open_transport)


@pytest.mark.parametrize(
    "name", ["a.csv", "../../etc/passwd", "C:\\x\\a.csv", "\0", "", "a" * 5_000]
)
def test_any_name_is_only_a_name(folder: Path, name: str) -> None:
    report = check().of_upload(io.BytesIO(GOOD), name.replace("\0", "\x01"), "")
    assert report["valid"]
    assert report["tables"][0]["rows_accepted"] == 2
    assert list(folder.iterdir()) == []


def test_file_that_cannot_be_read_is_a_report_with_its_reason(folder: Path) -> None:
    report = check().of_upload(io.BytesIO(b""), "a.csv", "")
    assert (report["valid"], report["reason"], report["tables"]) == (False, "empty", [])
    assert list(folder.iterdir()) == []


def test_too_long_a_check_is_ended_and_leaves_nothing(folder: Path) -> None:
    report = check(validate_seconds=0.01).of_upload(io.BytesIO(GOOD), "a.csv", "")
    assert (report["valid"], report["reason"]) == (False, "too-costly")
    assert list(folder.iterdir()) == []


def test_too_little_memory_is_a_reason(folder: Path) -> None:
    report = check(validate_memory_bytes=64 << 20).of_upload(io.BytesIO(GOOD), "a.csv", "")
    assert not report["valid"]
    assert list(folder.iterdir()) == []


def test_bomb_in_an_archive_is_not_unpacked(folder: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.csv", b"0" * (200 << 20))
    report = check(validate_seconds=30).of_upload(io.BytesIO(bomb.getvalue()), "a.zip", "")
    assert not report["valid"]
    assert report["reason"]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1/a.csv", "forbidden-address"),
        ("http://localhost:8080/a.csv", "forbidden-address"),
        ("http://[::1]/a.csv", "forbidden-address"),
        ("http://[::ffff:10.0.0.5]:8080/a.csv", "forbidden-address"),
        ("http://169.254.169.254/latest/meta-data/", "forbidden-address"),
        ("http://10.0.0.5:8080/a.csv", "forbidden-address"),
        ("http://2130706433/", "bad-url"),
        ("http://ten:mat-khau@93.184.216.34/", "bad-url"),
        ("http://93.184.216.34:22/", "forbidden-port"),
        ("file:///etc/passwd", "forbidden-scheme"),
        ("gopher://93.184.216.34/", "forbidden-scheme"),
    ],
)
def test_addresses_inside_are_refused_even_where_sources_may_lie_there(
    folder: Path, url: str, reason: str
) -> None:
    inside = ("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.5:8080")
    report = ApartCheck(Settings(http=Http(allow_private_hosts=inside))).of_url(url, "")
    assert (report["valid"], report["reason"], report["detail"]) == (False, reason, "")
    assert list(folder.iterdir()) == []


def test_file_behind_an_address_is_checked(site: Loopback, folder: Path) -> None:
    report = reaching(site).of_url(site.put("/a.csv", GOOD), "")
    assert report["valid"]
    assert list(folder.iterdir()) == []


def test_redirect_to_the_inside_is_refused(site: Loopback, folder: Path) -> None:
    site.put("/a.csv", b"")
    site.answers["/a.csv"].status = 302
    site.answers["/a.csv"].headers = {"Location": "http://169.254.169.254/latest/meta-data/"}
    assert reaching(site).of_url(f"{site.url}/a.csv", "")["reason"] == "forbidden-address"


def test_file_behind_an_address_has_the_size_of_an_upload(site: Loopback, folder: Path) -> None:
    url = site.put("/a.csv", GOOD * 1_000)
    report = reaching(site, max_upload_bytes=1_000).of_url(url, "")
    assert report["reason"] == "too-large"
    assert list(folder.iterdir()) == []


def test_answer_that_is_missing_is_a_reason(site: Loopback) -> None:
    assert reaching(site).of_url(f"{site.url}/none.csv", "")["reason"] == "missing"


def test_report_is_plain_json_and_names_no_folder(folder: Path) -> None:
    for body in (GOOD, b'a,b\n1,"2\n3,4\n' * 3, b"\x00\x01\x02" * 99, b"a;b\n1;2;3\n"):
        report = check().of_upload(io.BytesIO(body), "a.csv", "")
        assert str(folder) not in json.dumps(report)
