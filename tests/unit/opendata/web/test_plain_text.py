"""Text of other people becomes safe HTML."""

from __future__ import annotations

import pytest

from opendata.web import plain_text


def test_paragraphs_and_line_breaks_stay() -> None:
    assert plain_text.paragraphs("a\nb\r\n\r\nc") == "<p>a<br>\nb</p>\n<p>c</p>"


def test_address_becomes_a_link_without_the_full_stop() -> None:
    html = plain_text.paragraphs("Xem (https://a.vn/x?b=1&c=2).")
    assert '<a href="https://a.vn/x?b=1&amp;c=2" rel="nofollow noopener">' in html
    assert html.endswith("</a>).</p>")


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "<a href=x>",
        "data:text/html,x",
        'http://x/"onmouseover="y',
        "[x](javascript:y)",
        "https://[x",
    ],
)
def test_nothing_else_becomes_markup(text: str) -> None:
    html = plain_text.paragraphs(text)
    assert "<a href=x>" not in html
    assert 'href="javascript' not in html
    assert '"onmouseover=' not in html


def test_excerpt_is_cut_between_words() -> None:
    assert plain_text.excerpt("một hai ba", 7) == "một hai…"
    assert plain_text.excerpt("một\n hai", 20) == "một hai"


@pytest.mark.parametrize("text", ["javascript:x", "//evil", "ftp://x/y", "http://", "", None])
def test_only_web_addresses_become_links(text: str | None) -> None:
    assert plain_text.web_address(text) == ""


@pytest.mark.parametrize("text", ["a@b", "x", "a@b.vn?cc=c@d.vn", "a@b.vn\nBcc: x", None])
def test_only_plain_mail_addresses_become_links(text: str | None) -> None:
    assert plain_text.email_address(text) == ""
