"""Conditional requests: what is sent, and when a source may say that nothing changed."""

from __future__ import annotations

import pytest

from opendata.harvester import Validators
from opendata.transport import validators
from opendata.transport.client import Transport
from tests.raw_site import BODY, Make, Site, answer, reason_of

DATE = "Sun, 01 Mar 2026 08:00:00 GMT"
KNOWN = Validators(etag='W/"1"', last_modified=DATE)


def ask(client: Transport, url: str, known: Validators | None) -> tuple[bool, bytes]:
    with client.open(url, known=known) as transfer:
        return transfer.is_unchanged, b"".join(transfer)


def test_what_is_known_is_sent(site: Site, transport: Make) -> None:
    assert ask(transport(), site.put("/a", answer()), KNOWN) == (False, BODY)
    headers = site.asked[0][1]
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('W/"1"', DATE)


def test_unchanged_answer_has_headers_and_no_bytes(site: Site, transport: Make) -> None:
    url = site.put("/a", answer(b"", 304, etag='"2"', content_encoding="gzip"))
    with transport().open(url, known=KNOWN) as transfer:
        assert transfer.is_unchanged
        assert transfer.headers["etag"] == '"2"'
        assert list(transfer) == []


@pytest.mark.parametrize("known", [None, Validators(), Validators("*"), Validators('"1"\r\nX: 1')])
def test_unchanged_that_was_not_asked_for_is_a_failure(
    site: Site, transport: Make, known: Validators | None
) -> None:
    url = site.put("/a", answer(b"", 304))
    assert reason_of(lambda: ask(transport(), url, known)) == "unexpected-status"
    assert "if-none-match" not in site.asked[0][1]


def test_what_is_known_goes_along_on_every_hop(site: Site, transport: Make) -> None:
    site.put("/b", answer(b"", 304))
    url = site.put("/a", answer(b"", 302, location="/b"))
    assert ask(transport(), url, KNOWN) == (True, b"")
    assert [headers["if-none-match"] for _, headers in site.asked] == ['W/"1"'] * 2


@pytest.mark.parametrize(
    "value",
    ["", "*", " ", ' "1"', '"1"\n', '"\r\nHost: x"', '"\x00"', '"\x7f"', '"đ"', '"' + "a" * 500],
)
def test_value_that_is_not_clean_is_left_out(value: str) -> None:
    assert validators.headers(Validators(etag=value, last_modified=DATE)) == {
        "If-Modified-Since": DATE
    }
    assert validators.headers(Validators(last_modified=value)) == {}
