"""Hosts are spared: places, pauses and rests, over all clients of a process."""

from __future__ import annotations

import threading

import pytest

from opendata.errors import SourceFailure
from opendata.transport.hosts import Hosts
from tests.raw_site import BODY, Make, Site, answer, read, reason_of


def enter(shared: Hosts, host: str = "data.example") -> bool:
    return shared.enter(host, places=2, seconds=0, called_off=threading.Event())


def test_host_has_so_many_places_and_no_more() -> None:
    shared = Hosts()
    assert [enter(shared) for _ in range(3)] == [True, True, False]
    assert enter(shared, "other.example")
    shared.leave("data.example")
    assert enter(shared)


def test_place_that_becomes_free_goes_to_who_waits() -> None:
    shared, got = Hosts(), []
    enter(shared)
    enter(shared)
    off = threading.Event()

    def wait() -> None:
        got.append(shared.enter("data.example", places=2, seconds=30, called_off=off))

    thread = threading.Thread(target=wait)
    thread.start()
    shared.leave("data.example")
    thread.join(10)
    assert got == [True]


def test_rest_is_believed_for_an_hour_at_most() -> None:
    shared = Hosts(lambda: 100.0)
    shared.rest("data.example", 1e12)
    shared.rest("data.example", 1.0)
    assert (shared.resting("data.example"), shared.resting("other.example")) == (3600.0, 0.0)


def test_rest_that_begins_while_a_turn_is_waited_for_is_kept() -> None:
    clock, waits = [100.0], []
    shared = Hosts(lambda: clock[0])

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:
            shared.rest("data.example", 9.0)
        clock[0] += seconds

    shared.wait_turn("data.example", pause=5.0, sleep=sleep)
    shared.wait_turn("data.example", pause=5.0, sleep=sleep)
    assert waits == [5.0, 4.0]


def test_what_has_passed_is_forgotten() -> None:
    clock = [100.0]
    shared = Hosts(lambda: clock[0])
    for number in range(100):
        clock[0] += 10
        enter(shared, f"{number}.example")
        shared.wait_turn(f"{number}.example", pause=5.0, sleep=lambda seconds: None)
        shared.rest(f"{number}.example", 5.0)
        shared.leave(f"{number}.example")
    kept = shared._next_start, shared._rest_until, shared._running
    assert [len(part) for part in kept] == [1, 1, 0]


# Through the client


def test_transfer_counts_until_it_is_closed(site: Site, transport: Make) -> None:
    shared, url = Hosts(), site.put("/a", answer())
    first = transport(connections_per_host=1, shared=shared)
    second = transport(connections_per_host=1, shared=shared, transfer_deadline_seconds=0.05)
    with first.open(url) as transfer:
        assert list(transfer) == [BODY]
        assert reason_of(lambda: read(second, url)) == "too-slow"
    assert read(second, url) == BODY
    assert len(site.asked) == 2


@pytest.mark.parametrize("raw", [b"", answer(b"", 404), answer(b"", 302, location="ftp://x/")])
def test_place_is_given_back_after_a_failure(site: Site, transport: Make, raw: bytes) -> None:
    client = transport(connections_per_host=1, transfer_deadline_seconds=1.0)
    bad, good = site.put("/a", raw), site.put("/good", answer())
    for _ in range(3):
        reason_of(lambda: read(client, bad))
    assert read(client, good) == BODY


def test_redirect_needs_no_second_place(site: Site, transport: Make) -> None:
    site.put("/b", answer())
    url = site.put("/a", answer(b"", 302, location="/b"))
    assert read(transport(connections_per_host=1), url) == BODY


def test_wait_for_a_place_does_not_eat_the_deadline(site: Site, transport: Make) -> None:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    # Eight seconds of pause, five that the source asks for, three more of pause: over the ten.
    client = transport(
        pause_seconds=8.0,
        tries=2,
        transfer_deadline_seconds=10.0,
        clock=lambda: clock[0],
        sleep=sleep,
    )
    busy = answer(b"", 503, retry_after="5")
    read(client, site.put("/first", answer()))
    assert read(client, site.put("/a", busy, answer())) == BODY
    assert clock[0] == 16.0


def test_pause_that_is_longer_than_a_transfer_may_take_ends_it(site: Site, transport: Make) -> None:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    client = transport(pause_seconds=99.0, clock=lambda: clock[0], sleep=sleep)
    url = site.put("/a", answer())
    read(client, url)
    assert reason_of(lambda: read(client, url)) == "too-slow"


def test_what_a_source_asks_for_makes_others_wait_too(site: Site, transport: Make) -> None:
    waits: list[float] = []
    shared = Hosts(lambda: 100.0)
    url = site.put("/a", answer(b"", 429, retry_after="7"), answer())
    with pytest.raises(SourceFailure) as caught:
        read(transport(shared=shared), url)
    assert (caught.value.reason, caught.value.wait) == ("rate-limited", 7.0)
    assert read(transport(shared=shared, sleep=waits.append), url) == BODY
    assert waits == [7.0]


@pytest.mark.parametrize("status", [429, 503])
def test_long_wait_is_left_to_the_caller(site: Site, transport: Make, status: int) -> None:
    waits: list[float] = []
    shared = Hosts(lambda: 100.0)
    url = site.put("/a", answer(b"", status, retry_after="900"), answer())
    failures = []
    for _ in range(2):
        client = transport(tries=3, shared=shared, sleep=waits.append)
        with pytest.raises(SourceFailure) as caught:
            read(client, url)
        failures.append((caught.value.reason, caught.value.wait))
    assert failures == [("rate-limited", 900.0)] * 2
    assert (len(site.asked), waits) == (1, [])


def test_longest_wait_is_a_setting(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 429, retry_after="3"), answer())
    client = transport(tries=2, longest_wait_seconds=2.0)
    assert reason_of(lambda: read(client, url)) == "rate-limited"
    assert len(site.asked) == 1


def test_other_failures_say_no_wait() -> None:
    assert SourceFailure("missing", "here").wait == 0.0


def test_many_threads_of_many_clients_share_the_places(site: Site, transport: Make) -> None:
    shared, url = Hosts(), site.put("/a", answer())
    most, lock, now = [0], threading.Lock(), [0]

    def run() -> None:
        with transport(shared=shared).open(url) as transfer:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            list(transfer)
            with lock:
                now[0] -= 1

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] <= 2
    assert len(site.asked) == 16
