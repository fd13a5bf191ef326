"""What a setting of a source may be, and that no sentence repeats a credential."""

from __future__ import annotations

from pathlib import Path

import pytest

from opendata.errors import SettingError
from opendata.services import source_values

CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBfDCCASGgAwIBAgIUNcOPtQoQV75FBDAI/BbpU+pJCIUwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjMyMDA3MjlaGA8yMTI2MTAzMDIw
MDcyOVowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABD2AR0EslVLQy8p+Gn9FIaZBgrCVlEX5Wns+ro/Gcl+i4IvcWPOMn4zlbNAh
Y/L3Vdgn9q7HAfsh/z90Br80DISjUzBRMB0GA1UdDgQWBBTNjVpiYRNSzk2wLT4P
tgzxq4CPzjAfBgNVHSMEGDAWgBTNjVpiYRNSzk2wLT4Ptgzxq4CPzjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDiPSBStv7AawA1Dssk+Anef+pU
zDt2bXlUc6LHHaFyhgIhAMXqxzGB9BmL45kE/wLlDzdiM5P2zt/kcl7+oyRUow3Y
-----END CERTIFICATE-----
"""


@pytest.mark.parametrize(
    "url",
    [
        "https://data.example.vn",
        "https://dữliệu.example.vn/danh mục.csv?id=1",
        "https://example.vn/@office/list.csv",
        "https://example.vn/pub?key=sheet&output=csv",
    ],
)
def test_web_address_is_kept_as_it_is(url: str) -> None:
    assert source_values.web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://me:hunter2@data.example.vn",
        "ftp://me:hunter2@data.example.vn",
        "me:hunter2@data.example.vn",
        "https://me:hunter2@[data",
        "https://data.example.vn/list?token=hunter2",
        "https://data.example.vn/list?a=1&API-Key=hunter2",
        "https://data.example.vn/list?sig=hunter2#x",
    ],
)
def test_credential_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingError, match="--secret-env") as caught:
        source_values.web_address(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "data.example.vn", "https://", "https://[x", "https://a.vn/\x1b[2J", "file:///etc"]
)
def test_what_is_no_web_address_is_said(url: str) -> None:
    with pytest.raises(SettingError, match="is not a web address") as caught:
        source_values.web_address(url)
    assert "\x1b" not in str(caught.value)


def test_header_of_the_secret_is_a_name_only() -> None:
    assert source_values.option("secret_header", "X-API-Key") == "X-API-Key"
    with pytest.raises(SettingError) as caught:
        source_values.option("secret_header", "Authorization: Bearer hunter2")
    assert "hunter2" not in str(caught.value)


def test_secret_in_place_of_a_variable_is_not_repeated() -> None:
    with pytest.raises(SettingError, match="give the name") as caught:
        source_values.variable("hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["\x00", "a\x1bb", "\udcff", "x" * 9_000])
def test_text_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(SettingError):
        source_values.text(text)


@pytest.mark.parametrize("address", ["a", "a@b", "a b@c.vn", "@c.vn"])
def test_what_is_no_mail_address_is_said(address: str) -> None:
    with pytest.raises(SettingError, match="is not a mail address"):
        source_values.email(address)


def test_certificates_are_read(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(CERTIFICATE)
    assert source_values.certificate_file(str(file)) == str(file)


def test_what_are_no_certificates_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text(CERTIFICATE.replace("MII", "MMI"))
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path in (str(tmp_path), str(tmp_path / "none.pem")):
        with pytest.raises(SettingError, match="There is no file"):
            source_values.certificate_file(path)
    for path in (str(broken), str(empty)):
        with pytest.raises(SettingError, match="BEGIN CERTIFICATE"):
            source_values.certificate_file(path)
    with pytest.raises(SettingError, match="whole path"):
        source_values.certificate_file("ca.pem")


@pytest.mark.parametrize("name", ["OPENDATA_DATABASE__URL", "OPENDATA_HTTP__PROXY"])
def test_setting_of_the_catalogue_is_no_credential(name: str) -> None:
    with pytest.raises(SettingError, match="a setting of the catalogue"):
        source_values.variable(name)
