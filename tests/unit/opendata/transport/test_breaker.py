"""A host that fails is left alone; the hits on a real server are counted."""

from __future__ import annotations

import pytest

from opendata.errors import SourceFailure
from opendata.transport.breaker import Breaker
from opendata.transport.client import Transport
from tests.raw_site import BODY, Make, Site, answer, as_json, read, reason_of


@pytest.fixture
def clock() -> list[float]:
    return [100.0]


@pytest.fixture
def client(transport: Make, clock: list[float]) -> Transport:
    return transport(tries=3, clock=lambda: clock[0])


def fail(client: Transport, url: str, times: int) -> list[str]:
    return [reason_of(lambda: read(client, url)) for _ in range(times)]


def test_host_that_always_fails_is_asked_a_bounded_number_of_times(
    site: Site, client: Transport
) -> None:
    """F11: the circuit opens."""
    url = site.put("/a", answer(b"", 500))
    assert fail(client, url, 10) == ["unexpected-status"] * 5 + ["host-resting"] * 5
    assert len(site.asked) == 15


def test_after_a_minute_one_request_is_let_through(
    site: Site, client: Transport, clock: list[float]
) -> None:
    url = site.put("/a", answer(b"", 500))
    fail(client, url, 5)
    clock[0] += 60
    assert fail(client, url, 2) == ["unexpected-status", "host-resting"]
    assert len(site.asked) == 18


def test_trial_that_works_ends_the_rest(site: Site, client: Transport, clock: list[float]) -> None:
    url = site.put("/a", answer(b"", 500))
    fail(client, url, 5)
    clock[0] += 60
    site.put("/a", answer())
    assert [read(client, url), read(client, url)] == [BODY, BODY]
    site.put("/a", answer(b"", 500))
    assert fail(client, url, 4) == ["unexpected-status"] * 4


def test_only_one_is_let_through_at_a_time(clock: list[float]) -> None:
    breaker = Breaker(lambda: clock[0])
    for _ in range(5):
        breaker.failed("data.example")
    clock[0] += 60
    breaker.check("data.example", "here")
    with pytest.raises(SourceFailure):
        breaker.check("data.example", "here")
    breaker.check("other.example", "here")


@pytest.mark.parametrize("status", [404, 403, 410, 429])
def test_refusal_is_an_answer(site: Site, client: Transport, status: int) -> None:
    bad, gone = site.put("/a", answer(b"", 500)), site.put("/gone", answer(b"", status))
    for _ in range(2):
        assert fail(client, bad, 4) == ["unexpected-status"] * 4
        reason_of(lambda: read(client, gone))


def test_bodies_that_are_cut_count(site: Site, client: Transport) -> None:
    url = site.put("/a", answer(BODY, content_length="100"))
    assert fail(client, url, 6) == ["truncated"] * 5 + ["host-resting"]


def test_documents_count_like_files(site: Site, client: Transport) -> None:
    url = site.put("/a", answer(b"", 500))
    reasons = [reason_of(lambda: client.get_json(url)) for _ in range(6)]
    assert reasons == ["unexpected-status"] * 5 + ["host-resting"]


def test_document_that_is_whole_counts_as_an_answer(site: Site, client: Transport) -> None:
    bad, good = site.put("/a", answer(b"", 500)), site.put("/good", as_json([]))
    for _ in range(2):
        fail(client, bad, 4)
        assert client.get_json(good) == []


def test_redirect_within_the_host_does_not_hide_its_failures(site: Site, client: Transport) -> None:
    site.put("/b", answer(b"", 500))
    url = site.put("/a", answer(b"", 302, location="/b"))
    assert fail(client, url, 6) == ["unexpected-status"] * 5 + ["host-resting"]


def test_host_that_redirects_to_a_broken_one_is_not_blamed(site: Site, transport: Make) -> None:
    broken = f"broken.example:{site.server_address[1]}"
    client = transport(
        tries=1,
        allow_private_hosts=(site.host, broken),
        resolver=lambda host, port: ["127.0.0.1"],
    )
    site.put("/b", answer(b"", 500))
    url = site.put("/a", answer(b"", 302, location=f"http://{broken}/b"))
    assert fail(client, url, 6) == ["unexpected-status"] * 5 + ["host-resting"]
    assert read(client, site.put("/good", answer())) == BODY


def test_another_run_counts_anew(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 500))
    assert fail(transport(), url, 5) + fail(transport(), url, 1) == ["unexpected-status"] * 6
