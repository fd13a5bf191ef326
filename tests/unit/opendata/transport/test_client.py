"""The HTTP client against real servers on loopback that answer as told."""

from __future__ import annotations

import gzip
import socket
import threading

import pytest

from opendata.errors import SourceFailure
from opendata.harvester import Secret
from tests.raw_site import BODY, Make, Site, answer, as_json, read, reason_of

# What passes


def test_body_comes_whole(site: Site, transport: Make) -> None:
    assert read(transport(), site.put("/a", answer())) == BODY


def test_headers_are_lower_case_and_the_url_is_the_last_one(site: Site, transport: Make) -> None:
    site.put("/b", answer(ETag='"1"'))
    url = site.put("/a", answer(b"", 302, location="/b?x=1"))
    with transport().open(url) as transfer:
        assert transfer.headers["etag"] == '"1"'
        assert transfer.url == site.url + "/b?x=1"


def test_header_in_utf_8_is_read_as_such(site: Site, transport: Make) -> None:
    site.put("/a", answer(content_disposition='attachment; filename="Hà Nội.csv"'))
    with transport().open(site.url + "/a") as transfer:
        assert "Hà Nội" in transfer.headers["content-disposition"]


def test_answer_can_be_read_once_only(site: Site, transport: Make) -> None:
    with transport().open(site.put("/a", answer())) as transfer:
        list(transfer)
        with pytest.raises(RuntimeError):
            list(transfer)


def test_request_says_who_asks_and_wants_no_coding(site: Site, transport: Make) -> None:
    read(transport(user_agent="catalogue/1"), site.put("/a", answer()))
    headers = site.asked[0][1]
    assert (headers["host"], headers["user-agent"]) == (site.host, "catalogue/1")
    assert headers["accept-encoding"] == "identity"


def test_gzip_that_was_not_asked_for_is_decoded(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(gzip.compress(BODY), content_encoding="gzip"))
    assert read(transport(), url) == BODY


def test_environment_proxy_is_ignored(
    site: Site, transport: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert read(transport(), site.put("/a", answer())) == BODY


def test_closed_transport_makes_no_request(site: Site, transport: Make) -> None:
    client = transport()
    client.close()
    with pytest.raises(RuntimeError):
        read(client, site.put("/a", answer()))


def test_many_threads_share_one_transport(site: Site, transport: Make) -> None:
    client, url = transport(), site.put("/a", answer())
    bodies: list[bytes] = []
    threads = [threading.Thread(target=lambda: bodies.append(read(client, url))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [BODY] * 8


# Statuses and tries


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, "empty"),
        (206, "unexpected-status"),
        (304, "unexpected-status"),
        (400, "unexpected-status"),
        (401, "blocked"),
        (403, "blocked"),
        (404, "missing"),
        (410, "missing"),
        (429, "rate-limited"),
        (500, "unexpected-status"),
        (599, "unexpected-status"),
    ],
)
def test_only_200_passes(site: Site, transport: Make, status: int, reason: str) -> None:
    url = site.put("/a", answer(b"", status))
    assert reason_of(lambda: read(transport(), url)) == reason


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_source_is_asked_again(site: Site, transport: Make, status: int) -> None:
    url = site.put("/a", answer(b"", status), answer(b"", status), answer())
    assert read(transport(tries=3), url) == BODY


def test_tries_are_counted(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 500))
    assert reason_of(lambda: read(transport(tries=3), url)) == "unexpected-status"
    assert site.paths() == ["/a"] * 3


def test_refusal_is_not_asked_again(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 404))
    assert reason_of(lambda: read(transport(tries=3), url)) == "missing"
    assert site.paths() == ["/a"]


def test_waits_grow_with_jitter(site: Site, transport: Make) -> None:
    waits: list[float] = []
    url = site.put("/a", answer(b"", 500))
    reason_of(lambda: read(transport(tries=4, sleep=waits.append), url))
    assert [0.25 * 2**n <= wait <= 0.75 * 2**n for n, wait in enumerate(waits)] == [True] * 3


@pytest.mark.parametrize(
    ("retry_after", "least"),
    [("3", 3.0), ("Mon, 01 Jan 2024 00:00:05 GMT", 5.0), ("-5; soon", 0.25), ("", 0.25)],
)
def test_source_is_given_the_time_it_asks_for(
    site: Site, transport: Make, retry_after: str, least: float
) -> None:
    """F13: Retry-After, in seconds and as a date."""
    waits: list[float] = []
    busy = answer(b"", 429, date="Mon, 01 Jan 2024 00:00:00 GMT", retry_after=retry_after)
    read(transport(tries=2, sleep=waits.append), site.put("/a", busy, answer()))
    assert least <= waits[0] < least + 1


def test_absurd_wait_ends_the_tries(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 429, retry_after="999999999"))
    waits: list[float] = []
    assert reason_of(lambda: read(transport(tries=3, sleep=waits.append), url)) == "rate-limited"
    assert waits == []


def test_no_wait_goes_beyond_the_deadline(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 429, retry_after="20"))
    waits: list[float] = []
    reason_of(lambda: read(transport(tries=3, sleep=waits.append), url))
    assert waits == []


def test_connection_closed_without_an_answer_is_tried_again(site: Site, transport: Make) -> None:
    assert read(transport(tries=2), site.put("/a", b"", answer())) == BODY


def test_connection_closed_without_an_answer_has_a_reason(site: Site, transport: Make) -> None:
    url = site.put("/a", b"")
    assert reason_of(lambda: read(transport(), url)) == "connection"


def test_port_where_nobody_listens_has_a_reason(transport: Make) -> None:
    """F04: the connection is refused."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    client = transport(allow_private_hosts=(host,))
    assert reason_of(lambda: read(client, f"http://{host}/")) == "connection"


def test_unknown_host_has_a_reason(transport: Make) -> None:
    """F04: the host is not found."""

    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    client = transport(resolver=nowhere)
    assert reason_of(lambda: read(client, "http://data.invalid/")) == "dns"


# Time


def test_slow_drip_is_cut_at_the_deadline(site: Site, transport: Make) -> None:
    clock = iter(range(1000))  # a second passes at every look: no wait of its own is too long
    url = site.put("/a", answer(BODY * 100_000))
    client = transport(transfer_deadline_seconds=6, clock=lambda: float(next(clock)))
    assert reason_of(lambda: read(client, url)) == "too-slow"


def test_silence_in_the_body_is_a_timeout(site: Site, transport: Make) -> None:
    url = site.put("/hold", answer(BODY, content_length="100"))
    assert reason_of(lambda: read(transport(read_timeout_seconds=0.1), url)) == "timeout"


def test_silence_before_the_headers_is_a_timeout(site: Site, transport: Make) -> None:
    url = site.put("/hold", b"HTTP/1.1 200 OK\r\n")
    assert reason_of(lambda: read(transport(read_timeout_seconds=0.1), url)) == "timeout"


def test_deadline_ends_a_wait_that_the_read_timeout_would_allow(
    site: Site, transport: Make
) -> None:
    url = site.put("/hold", answer(BODY, content_length="100"))
    assert reason_of(lambda: read(transport(transfer_deadline_seconds=0.2), url)) == "too-slow"


def test_pause_lies_between_requests_to_one_host(site: Site, transport: Make) -> None:
    waits: list[float] = []
    client = transport(pause_seconds=2.0, clock=lambda: 100.0, sleep=waits.append)
    url = site.put("/a", answer())
    for _ in range(3):
        read(client, url)
    assert waits == [2.0, 4.0]


# Size and wholeness


def test_announced_length_over_the_limit_is_refused_unread(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", content_length=str(10**18)))
    assert reason_of(lambda: read(transport(), url)) == "too-large"


def test_body_without_a_length_is_counted(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"x" * 1000, content_length=""))
    assert reason_of(lambda: read(transport(max_bytes=999), url)) == "too-large"


def test_body_of_just_the_limit_passes(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"x" * 1000))
    assert len(read(transport(max_bytes=1000), url)) == 1000


def test_decoded_bytes_are_counted(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(gzip.compress(b"x" * 100_000), content_encoding="gzip"))
    assert reason_of(lambda: read(transport(max_bytes=99_999), url)) == "too-large"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (answer(BODY, content_length="100"), "truncated"),
        (answer(b"5\r\nabcde\r\n", content_length="", transfer_encoding="chunked"), "truncated"),
        (answer(b"ZZ\r\nabcde\r\n", content_length="", transfer_encoding="chunked"), "bad-http"),
        (answer(BODY, content_length="-1"), "bad-http"),
        (answer(BODY, content_length="9" * 5000), "bad-http"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "bad-http"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "bad-http"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, "bad-http"),
        (answer(gzip.compress(BODY)[:-1], content_encoding="gzip"), "truncated"),
        (answer(gzip.compress(BODY) + b"1", content_encoding="gzip"), "bad-encoding"),
        (answer(BODY, content_encoding="gzip"), "bad-encoding"),
        (answer(BODY, content_encoding="gzip, gzip"), "bad-encoding"),
        (answer(BODY, content_encoding="br"), "bad-encoding"),
    ],
)
def test_broken_answer_has_a_reason(site: Site, transport: Make, raw: bytes, reason: str) -> None:
    url = site.put("/a", raw)
    assert reason_of(lambda: read(transport(), url)) == reason


def test_reset_in_the_body_is_a_cut(site: Site, transport: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"

        def reset() -> None:
            peer, _ = server.accept()
            peer.recv(10_000)
            peer.sendall(answer(BODY, content_length="100"))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            peer.close()

        thread = threading.Thread(target=reset)
        thread.start()
        client = transport(allow_private_hosts=(host,))
        assert reason_of(lambda: read(client, f"http://{host}/")) in {"truncated", "connection"}
        thread.join()


# Redirects and secrets


def test_redirects_are_bounded(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 302, location="/a"))
    assert reason_of(lambda: read(transport(max_redirects=5), url)) == "too-many-redirects"
    assert len(site.asked) == 6


def test_body_of_a_redirect_is_not_read(site: Site, transport: Make) -> None:
    site.put("/b", answer())
    cut = answer(b"never sent whole", 302, location="/b", content_length=str(10**18))
    assert read(transport(), site.put("/hold", cut)) == BODY


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
def test_redirect_to_an_inner_address_is_refused(site: Site, transport: Make, host: str) -> None:
    url = site.put("/a", answer(b"", 302, location=f"http://{host}/inner"))
    assert reason_of(lambda: read(transport(), url)) == "forbidden-address"


def test_refusal_of_a_redirect_does_not_tell_where_it_led(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 302, location="http://10.1.2.3/inner"))
    with pytest.raises(SourceFailure) as caught:
        read(transport(), url)
    assert "10.1.2.3" not in str(caught.value)
    assert caught.value.where == url


def test_refused_port_is_told_the_same_whether_open_or_closed(site: Site, transport: Make) -> None:
    client = transport(allow_private_hosts=(), allow_ports=(site.server_address[1], 1))
    texts = set()
    for port in (site.server_address[1], 1):
        with pytest.raises(SourceFailure) as caught:
            read(client, f"http://127.0.0.1:{port}/")
        texts.add((caught.value.reason, caught.value.detail))
    assert len(texts) == 1
    assert site.asked == []


def test_secret_goes_to_its_origin(site: Site, transport: Make) -> None:
    secret = Secret("X-Api-Key", "s3cret", site.url)
    read(transport(), site.put("/a", answer()), secret=secret)
    assert site.asked[0][1]["x-api-key"] == "s3cret"


def test_secret_does_not_go_to_another_origin(site: Site, transport: Make) -> None:
    read(transport(), site.put("/a", answer()), secret=Secret("X-Api-Key", "s", "http://a.example"))
    assert "x-api-key" not in site.asked[0][1]


def test_secret_does_not_follow_a_redirect_away_and_back(site: Site, transport: Make) -> None:
    port = site.server_address[1]
    away = f"http://portal.example:{port}"
    client = transport(
        allow_private_hosts=(site.host, f"portal.example:{port}"),
        resolver=lambda host, port: ["127.0.0.1"],
    )
    site.put("/start", answer(b"", 302, location=away + "/away"))
    site.put("/away", answer(b"", 302, location=site.url + "/back"))
    site.put("/back", answer())
    read(client, site.url + "/start", secret=Secret("X-Api-Key", "s", site.url))
    assert [("x-api-key" in headers) for _, headers in site.asked] == [True, False, False]


def test_secret_that_breaks_the_header_is_refused(site: Site, transport: Make) -> None:
    url = site.put("/a", answer())
    secret = Secret("X-Api-Key", "a\r\nX-Other: b", site.url)
    assert reason_of(lambda: read(transport(), url, secret=secret)) == "bad-option"


def test_message_holds_no_secret_of_the_query(site: Site, transport: Make) -> None:
    site.put("/a", answer(b"", 500))
    with pytest.raises(SourceFailure) as caught:
        transport().get_json(site.url + "/a", params={"token": "s3cret"})
    assert "s3cret" not in str(caught.value)


# JSON


def test_json_is_parsed_with_its_parameters(site: Site, transport: Make) -> None:
    site.put("/a", as_json({"title": "Dữ liệu"}))
    found = transport().get_json(site.url + "/a?x=1#part", params={"q": "a b&c"})
    assert found == {"title": "Dữ liệu"}
    assert site.paths() == ["/a?x=1&q=a+b%26c"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (answer(b"<!doctype html><html></html>"), "unexpected-type"),
        (answer(b"\n <html></html>", content_type="application/json"), "unexpected-type"),
        (answer(b"please log in", content_type="text/html; charset=utf-8"), "unexpected-type"),
        (answer(b"{"), "bad-json"),
        (answer(b'{"a": NaN}'), "bad-json"),
        (answer(b'{"a": -Infinity}'), "bad-json"),
        (answer(b'{"a": "\xff"}'), "bad-json"),
        (answer(b"[" * 101 + b"]" * 101), "bad-json"),
        (answer(b"[" * 100_000 + b"]" * 100_000), "bad-json"),
        (answer(b"1" * 5000), "bad-json"),
        (answer(b" "), "empty"),
        (as_json(["x" * 1000]), "too-large"),
    ],
)
def test_bad_json_has_a_reason(site: Site, transport: Make, raw: bytes, reason: str) -> None:
    url = site.put("/a", raw)
    limit = 1000 if reason == "too-large" else 10**6
    assert reason_of(lambda: transport(max_json_bytes=limit).get_json(url)) == reason


def test_json_that_was_cut_is_asked_for_again(site: Site, transport: Make) -> None:
    cut = as_json([1, 2], content_length="100")
    assert transport(tries=2).get_json(site.put("/a", cut, as_json([1, 2]))) == [1, 2]


# Documents


def test_document_comes_whole_with_its_type_and_links(site: Site, transport: Make) -> None:
    raw = answer(content_type="Text/Turtle; charset=UTF-8", link='</b>; rel="next"')
    site.put("/c/a", raw)
    found = transport().get(
        site.put("/a", answer(b"", 302, location="/c/a?x=1")), accept="text/turtle"
    )
    assert (found.url, found.body) == (f"{site.url}/c/a?x=1", BODY)
    assert (found.media_type, found.links) == ("text/turtle", {"next": f"{site.url}/b"})
    assert [headers["accept"] for _, headers in site.asked] == ["text/turtle"] * 2


def test_document_is_bounded(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"x" * 1000))
    assert reason_of(lambda: transport(max_json_bytes=999).get(url)) == "too-large"


def test_document_that_was_cut_is_asked_for_again(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(content_length="100"), answer(b"", 503), answer())
    assert transport(tries=3).get(url).body == BODY


def test_document_is_asked_for_with_its_secret(site: Site, transport: Make) -> None:
    transport().get(site.put("/a", answer()), secret=Secret("X-Api-Key", "s3cret", site.url))
    assert site.asked[0][1]["x-api-key"] == "s3cret"


def test_type_wanted_that_breaks_the_header_is_refused(site: Site, transport: Make) -> None:
    url = site.put("/a", answer())
    assert reason_of(lambda: transport().get(url, accept="a\r\nX: b")) == "bad-option"
    assert site.asked == []
