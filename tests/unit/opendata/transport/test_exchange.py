"""Encrypted connections: who is trusted, and that each connection is checked alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from opendata.config import Http
from opendata.errors import SettingError
from opendata.transport.client import Transport
from tests import certificates
from tests.certificates import Certificate
from tests.raw_site import BODY, Make, Site, answer, read, reason_of

LOOPBACK = {"resolver": lambda host, port: ["127.0.0.1"]}


@pytest.fixture
def certificate(site: Site, tmp_path: Path) -> Certificate:
    """Lets the site speak TLS with a certificate that it signed itself, and returns that."""
    made = certificates.self_signed(tmp_path)
    site.put("/a", answer())
    site.speak_tls(made)
    return made


def test_plain_http_on_a_tls_address_is_a_tls_failure(site: Site, transport: Make) -> None:
    site.put("/a", answer())
    assert reason_of(lambda: read(transport(), f"https://{site.host}/a")) == "tls"


@pytest.mark.usefixtures("certificate")
def test_certificate_that_nobody_vouches_for_is_a_tls_failure(site: Site, transport: Make) -> None:
    """F25: self-signed."""
    assert reason_of(lambda: read(transport(), f"https://{site.host}/a")) == "tls"
    assert site.asked == []


def test_certificate_that_the_system_trusts_passes(
    site: Site, transport: Make, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    assert read(transport(), f"https://{site.host}/a") == BODY


def test_certificate_of_the_ca_file_passes(
    site: Site, transport: Make, certificate: Certificate
) -> None:
    """F25: the only way to trust what the system does not."""
    client = transport(ca_file=str(certificate.path))
    assert read(client, f"https://{site.host}/a") == BODY


def test_ca_file_is_trusted_besides_the_system(
    site: Site,
    transport: Make,
    certificate: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    client = transport(ca_file=str(certificates.self_signed(tmp_path).path))
    assert read(client, f"https://{site.host}/a") == BODY


def test_ca_file_of_another_certificate_does_not_help(
    site: Site, transport: Make, certificate: Certificate, tmp_path: Path
) -> None:
    client = transport(ca_file=str(certificates.self_signed(tmp_path).path))
    assert reason_of(lambda: read(client, f"https://{site.host}/a")) == "tls"
    assert site.asked == []


def test_certificate_for_another_host_is_a_tls_failure(
    site: Site, transport: Make, certificate: Certificate
) -> None:
    """F25: of another host."""
    host = f"data.example:{site.server_address[1]}"
    client = transport(allow_private_hosts=(host,), ca_file=str(certificate.path), **LOOPBACK)
    assert reason_of(lambda: read(client, f"https://{host}/a")) == "tls"


def test_expired_certificate_is_a_tls_failure_even_if_trusted(
    site: Site, transport: Make, tmp_path: Path
) -> None:
    """F25: expired."""
    made = certificates.expired(tmp_path)
    site.put("/a", answer())
    site.speak_tls(made)
    client = transport(ca_file=str(made.path))
    assert reason_of(lambda: read(client, f"https://{site.host}/a")) == "tls"
    assert site.asked == []


def test_tls_failure_is_not_tried_again(
    site: Site, transport: Make, certificate: Certificate
) -> None:
    waits: list[float] = []
    client = transport(tries=3, sleep=waits.append)
    assert reason_of(lambda: read(client, f"https://{site.host}/a")) == "tls"
    assert waits == []


@pytest.mark.parametrize("text", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nx\n"])
def test_ca_file_that_cannot_be_read_is_told_at_once(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingError) as caught:
        Transport(Http(), ca_file=str(path))
    assert str(path) in str(caught.value)


@pytest.fixture
def two_sites(tmp_path: Path) -> Iterator[tuple[Site, Site, Certificate]]:
    """Two machines of one name; only the certificate of the first is known."""
    known, other = (certificates.self_signed(tmp_path, "DNS:data.example") for _ in range(2))
    with Site().served() as first, Site(("127.0.0.2", first.server_address[1])).served() as second:
        for site, certificate in ((first, known), (second, other)):
            site.put("/a", answer())
            site.speak_tls(certificate)
        yield first, second, known


def test_each_connection_is_checked_alone(
    two_sites: tuple[Site, Site, Certificate], transport: Make
) -> None:
    first, second, known = two_sites
    turns = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"]])
    host = f"data.example:{first.server_address[1]}"
    client = transport(
        allow_private_hosts=(host,),
        ca_file=str(known.path),
        resolver=lambda host, port: next(turns),
    )
    assert read(client, f"https://{host}/a") == BODY
    assert reason_of(lambda: read(client, f"https://{host}/a")) == "tls"
    assert read(client, f"https://{host}/a") == BODY
    assert (len(first.asked), len(second.asked)) == (2, 0)
