"""The Link header, as sources write it and as a hostile one might."""

from __future__ import annotations

import pytest

from opendata.transport import addresses, links

BASE = addresses.parse("https://data.example/api/list?page=1")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://data.example/b>; rel="next"', {"next": "https://data.example/b"}),
        ("</b?x=1,2>; rel=next", {"next": "https://data.example/b?x=1,2"}),
        ('<?page=2>; title="a, <b>; c"; REL="Next last"', {"next": 2, "last": 2}),
        ('<?page=2>; rel="next", <?page=9>; rel="last"', {"next": 2, "last": 9}),
        ('<?page=2>; rel="next", <?page=3>; rel="next"', {"next": 2}),
        ('<>; rel="next"', {}),
        ("<?page=2>", {}),
        ('<?page=2>; rel=""', {}),
        ('<file:///etc/passwd>; rel="next"', {}),
        ('<//user@data.example/>; rel="next"', {}),
        ('?page=2; rel="next"', {}),
        ('<?page=2; rel="next"', {}),
        ("", {}),
    ],
)
def test_relations_are_found(header: str, found: dict[str, object]) -> None:
    pages = {
        name: f"https://data.example/api/list?page={page}" if isinstance(page, int) else page
        for name, page in found.items()
    }
    assert links.parse(header, BASE, "here") == pages


@pytest.mark.parametrize("header", ["<" * 90_000, '<a>;"' * 18_000, "<a>; rel=next, " * 6_000])
def test_long_header_is_bounded(header: str) -> None:
    assert len(links.parse(header, BASE, "here")) <= 1


def test_number_of_links_is_bounded() -> None:
    header = ", ".join(f"<?{n}>; rel=r{n}" for n in range(500))
    assert len(links.parse(header, BASE, "here")) == 20
