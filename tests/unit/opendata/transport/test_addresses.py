"""Which addresses pass, and why the others do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.errors import SettingError, SourceFailure
from opendata.transport import addresses
from opendata.transport.addresses import Guard

GUARD = Guard(ports=(80, 443, 8100), private_hosts=("inner.example:5000", "lan.example"))


def reason_of(url: str, guard: Guard = GUARD) -> str:
    """What stops a URL before any name is looked up; nothing: it passes."""
    try:
        guard.check(addresses.parse(url), "here")
    except SourceFailure as failure:
        return failure.reason
    return ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://data.example", "http://data.example/"),
        ("HTTPS://Data.Example:443/A?b=c#d", "https://data.example/A?b=c"),
        ("http://data.example.:8100/", "http://data.example:8100/"),
        ("http://[2606:4700::0:1111]/x", "http://[2606:4700::1111]/x"),
        (
            "http://dữliệu.example/Hà Nội.csv",
            "http://xn--dliu-nw5ark.example/H%C3%A0%20N%E1%BB%99i.csv",
        ),
        ("http://data.example/a%20b?q=%5B", "http://data.example/a%20b?q=%5B"),
        ("http://data.example?x=1", "http://data.example/?x=1"),
    ],
)
def test_url_gets_one_form(url: str, shown: str) -> None:
    assert addresses.parse(url).url == shown


def test_port_is_in_the_host_header_only_where_it_is_unusual() -> None:
    assert addresses.parse("https://a.example:443/").authority == "a.example"
    assert addresses.parse("https://a.example:80/").authority == "a.example:80"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "ftp://127.0.0.1/",
        "data:text/csv,a%0A1",
        "jar:http://127.0.0.1!/",
        "javascript:alert(1)",
        "//127.0.0.1/x",
        "data.example/file.csv",
        "",
    ],
)
def test_only_web_schemes_pass(url: str) -> None:
    assert reason_of(url) == "forbidden-scheme"


@pytest.mark.parametrize(
    "url",
    [
        "http://good.example@127.0.0.1:8100/",
        "http://user:password@data.example/",
        "http://good.example\\@127.0.0.1:8100/",
        "\\\\host\\share",
        "http://h.example/%0d%0aX: 1",
        "http://h.example/\r\nX: 1",
        "http://h.example/\tx",
        "http://h.example/nul\x00byte",
        "http://h.example/\ud800",
        "http://",
        "http:///path",
        "http://[::1",
        "http://[::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://h.example:99999/",
        "http://h.example:8x/",
        "http://a b.example/",
        "http://%6c%6f%63%61%6c/",
        "http://-a.example/",
        "http://a..example/",
        "http://" + "a" * 64 + ".example/",
        "http://h.example/" + "a" * 60_000,
        # Every other way to write an IPv4 address.
        "http://2130706433:8100/",
        "http://0x7f000001:8100/",
        "http://0x7f.1:8100/",
        "http://0177.0.0.1:8100/",
        "http://127.1:8100/",
        "http://127.0.0.1.1/",
        "http://%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1:8100/",
    ],
)
def test_odd_url_is_refused(url: str) -> None:
    assert reason_of(url) == "bad-url"


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "127.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::7f00:1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::808:808]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
        "①②⑦.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "[ff02::1]",
        "[fec0::1]",
        "[fe80::1]",
        "[4000::1]",
        # a tunnel, whatever address it leads to
        "[2002:808:808::]",
    ],
)
def test_address_that_is_not_public_is_refused(host: str) -> None:
    assert reason_of(f"http://{host}:8100/") == "forbidden-address"


@pytest.mark.parametrize(
    "host",
    ["8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "[64:ff9b::808:808]"],
)
def test_public_address_passes(host: str) -> None:
    assert reason_of(f"http://{host}/") == ""


@pytest.mark.parametrize("port", [5432, 9200, 22, 25, 0])
def test_port_that_is_not_listed_is_refused(port: int) -> None:
    assert reason_of(f"http://127.0.0.1:{port}/") == "forbidden-port"


def test_named_host_and_port_passes_with_its_port() -> None:
    assert reason_of("http://inner.example:5000/") == ""
    assert reason_of("http://inner.example:5001/") == "forbidden-port"


def test_one_inner_address_among_public_ones_is_refused() -> None:
    with pytest.raises(SourceFailure) as caught:
        GUARD.check_resolved(addresses.parse("http://a.example/"), ["8.8.8.8", "10.0.0.1"], "here")
    assert caught.value.reason == "forbidden-address"
    assert "10.0.0.1" not in str(caught.value)


def test_named_host_may_have_an_inner_address() -> None:
    GUARD.check_resolved(addresses.parse("http://lan.example/"), ["10.0.0.1"], "here")


def test_name_of_one_port_does_not_open_another() -> None:
    with pytest.raises(SourceFailure):
        GUARD.check_resolved(addresses.parse("http://inner.example/"), ["10.0.0.1"], "here")


def test_message_shows_no_password_and_no_query() -> None:
    url = "http://me:hunter2@data.example/list?api_key=s3cret#part"
    assert addresses.shown(url) == "http://data.example/list?…"


def test_redirect_is_read_against_the_page_it_came_from() -> None:
    base = addresses.parse("http://a.example/x/y?z")
    assert addresses.join(base, "../b.csv", "here").url == "http://a.example/b.csv"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("", "unexpected-status"),
        ("http://[::1", "bad-url"),
        ("file:///etc/passwd", "forbidden-scheme"),
        ("/ok\r\nX: 1", "bad-url"),
    ],
)
def test_redirect_to_nowhere_has_a_reason(location: str, reason: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        addresses.join(addresses.parse("http://a.example/"), location, "here")
    assert (caught.value.reason, caught.value.where) == (reason, "here")


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("LAN.example", "http://lan.example/"),
        ("dữliệu.example:8100", "http://dữliệu.example:8100/"),
        ("[0:0::1]:8100", "http://[::1]:8100/"),
        ("[::1]", "http://[::1]/"),
    ],
)
def test_named_host_may_be_written_in_any_of_its_forms(entry: str, url: str) -> None:
    guard = Guard(ports=(80,), private_hosts=(entry,))
    guard.check(addresses.parse(url), "here")
    guard.check_resolved(addresses.parse(url), ["127.0.0.1"], "here")


@pytest.mark.parametrize(
    "entry", ["", "http://a.example", "a.example/x", "::1", "10.0.0.0/8", "a:b"]
)
def test_named_host_that_is_none_stops_the_start(entry: str) -> None:
    with pytest.raises(SettingError, match="allow_private_hosts"):
        Guard(ports=(80,), private_hosts=(entry,))


@given(st.text() | st.text().map(lambda text: f"http://{text}"))
def test_any_text_is_refused_or_gets_one_form(text: str) -> None:
    try:
        address = addresses.parse(text)
    except SourceFailure:
        return
    assert address.url.isascii()
    assert address.url.isprintable()
    assert addresses.parse(address.url) == address
