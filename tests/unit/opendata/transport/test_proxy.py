"""The outbound proxy: what goes through it, what is refused before, and that it keeps secrets."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from opendata.config import Http
from opendata.errors import SettingError, SourceFailure
from opendata.harvester import Secret
from opendata.transport import proxy
from opendata.transport.client import Transport
from tests import certificates
from tests.loopback_proxy import LoopbackProxy
from tests.raw_site import BODY, Make, Site, answer, read, reason_of


def nowhere(host: str, port: int) -> Sequence[str]:
    """Only the proxy knows names; addresses stand for themselves."""
    if host[0].isdigit():
        return [host]
    raise OSError("no such host")


@pytest.fixture
def through() -> Iterator[LoopbackProxy]:
    with LoopbackProxy().served() as server:
        yield server


@pytest.fixture
def client(site: Site, through: LoopbackProxy, transport: Make) -> Transport:
    """Asks through the proxy, which knows the site as data.example."""
    site.put("/a", answer())
    through.routes = {f"data.example:{port}": site.host for port in (80, 443)}
    return transport(
        allow_private_hosts=(), proxy=f"http://clerk:s3cr%40t@{through.host}", resolver=nowhere
    )


@pytest.fixture
def encrypted(site: Site, through: LoopbackProxy, transport: Make, tmp_path: Path) -> Transport:
    """The same over TLS."""
    made = certificates.self_signed(tmp_path, "DNS:data.example")
    site.put("/a", answer())
    site.speak_tls(made)
    through.routes = {"data.example:443": site.host}
    return transport(
        allow_private_hosts=(),
        proxy=f"http://clerk:s3cr%40t@{through.host}",
        resolver=nowhere,
        ca_file=str(made.path),
    )


CREDENTIALS = "Basic Y2xlcms6czNjckB0"  # clerk:s3cr@t


def test_plain_address_is_asked_for_in_its_absolute_form(
    site: Site, through: LoopbackProxy, client: Transport
) -> None:
    secret = Secret("X-Api-Key", "key", "http://data.example")
    assert read(client, "http://data.example/a", secret=secret) == BODY
    assert through.asked == ["GET http://data.example/a"]
    assert through.headers[0]["proxy-authorization"] == CREDENTIALS
    assert site.asked[0][1]["host"] == "data.example"
    assert site.asked[0][1]["x-api-key"] == "key"


def test_encrypted_address_goes_through_a_tunnel(
    site: Site, through: LoopbackProxy, encrypted: Transport
) -> None:
    secret = Secret("X-Api-Key", "key", "https://data.example")
    assert read(encrypted, "https://data.example/a", secret=secret) == BODY
    assert through.asked == ["CONNECT data.example:443"]
    assert through.headers[0]["proxy-authorization"] == CREDENTIALS
    assert "x-api-key" not in through.headers[0]
    assert site.asked[0][0] == "/a"
    assert "proxy-authorization" not in site.asked[0][1]
    assert site.asked[0][1]["x-api-key"] == "key"


def test_certificate_is_checked_behind_the_proxy(
    site: Site, through: LoopbackProxy, encrypted: Transport
) -> None:
    through.routes["other.example:443"] = site.host
    assert reason_of(lambda: read(encrypted, "https://other.example/a")) == "tls"
    assert site.asked == []


def test_address_is_written_with_brackets_in_a_tunnel(
    through: LoopbackProxy, transport: Make
) -> None:
    through.status = 502
    client = transport(
        proxy=f"http://{through.host}", resolver=lambda host, port: [host.strip("[]")]
    )
    reason_of(lambda: read(client, "https://[2606:4700::1111]/a"))
    assert through.asked == ["CONNECT [2606:4700::1111]:443"]
    assert "proxy-authorization" not in through.headers[0]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("status", "reason", "is_told"),
    [
        (407, "blocked", ("http", "https")),
        (403, "blocked", ("https",)),
        (502, "connection", ("https",)),
    ],
)
def test_refusal_names_the_proxy_and_no_credentials(
    through: LoopbackProxy,
    client: Transport,
    caplog: pytest.LogCaptureFixture,
    scheme: str,
    status: int,
    reason: str,
    is_told: tuple[str, ...],
) -> None:
    caplog.set_level(logging.DEBUG)
    through.status = status
    with pytest.raises(SourceFailure) as caught:
        read(client, f"{scheme}://data.example/a")
    if scheme in is_told:  # what a proxy answers to a plain request may be the source's own words
        assert caught.value.reason == reason
        assert through.host in str(caught.value)
    for secret in ("s3cr", "clerk", "Y2xlcms6"):
        assert secret not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/inner", "https://[::1]/inner", "http://169.254.169.254/latest/meta-data"],
)
def test_redirect_to_an_inner_address_is_refused_before_the_proxy_is_asked(
    site: Site, through: LoopbackProxy, client: Transport, location: str
) -> None:
    site.put("/a", answer(b"", 302, location=location))
    assert reason_of(lambda: read(client, "http://data.example/a")) == "forbidden-address"
    assert through.asked == ["GET http://data.example/a"]


def test_name_that_is_known_here_as_an_inner_one_is_refused(
    through: LoopbackProxy, transport: Make
) -> None:
    client = transport(
        proxy=f"http://{through.host}", resolver=lambda host, port: ["8.8.8.8", "10.0.0.1"]
    )
    assert reason_of(lambda: read(client, "https://data.example/a")) == "forbidden-address"
    assert through.asked == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://data.example:22/", "forbidden-port"), ("ftp://data.example/", "forbidden-scheme")],
)
def test_scheme_and_port_are_checked_as_without_a_proxy(
    through: LoopbackProxy, client: Transport, url: str, reason: str
) -> None:
    assert reason_of(lambda: read(client, url)) == reason
    assert through.asked == []


def test_proxy_that_is_not_there_is_named(transport: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    client = transport(proxy=f"http://clerk:s3cret@{host}", resolver=nowhere)
    with pytest.raises(SourceFailure) as caught:
        read(client, "http://data.example/a")
    assert caught.value.reason == "connection"
    assert host in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "reason"), [(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "connection"), (b"", "timeout")]
)
def test_proxy_that_is_none_has_a_reason(transport: Make, said: bytes, reason: str) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_once() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(said)
                done.wait(10)

        thread = threading.Thread(target=answer_once)
        thread.start()
        client = transport(
            proxy=f"http://127.0.0.1:{server.getsockname()[1]}",
            resolver=nowhere,
            connect_timeout_seconds=0.2,
        )
        assert reason_of(lambda: read(client, "https://data.example/a")) == reason
        done.set()
        thread.join()


@pytest.mark.parametrize(
    "setting",
    [
        "proxy.example:3128",
        "http://proxy.example",
        "https://clerk:s3cret@proxy.example:3128",
        "http://clerk:s3cret@proxy.example:3128/path",
        "http://clerk:s3cret@proxy.example:3128?x=1",
        "http://clerk:s3cret@proxy.example:99999",
        "http://clerk:s3cret@[::1:3128",
        "http://clerk:s3cret@\u2100.example\\:3128",
        "socks5://clerk:s3cret@proxy.example:1080",
    ],
)
def test_wrong_proxy_is_told_without_its_password(setting: str) -> None:
    with pytest.raises(SettingError) as caught:
        Transport(Http(proxy=setting))
    assert "http.proxy" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_no_text_of_a_proxy_shows_its_credentials() -> None:
    found = proxy.parse("http://clerk:s3cret@proxy.example:3128/")
    assert found is not None
    assert "s3cret" not in repr(found)
    assert found.authorization not in repr(found)
    assert proxy.parse("") is None
