"""Of an address the public sees scheme, host and path, and nothing that lies inside."""

from __future__ import annotations

import pytest

from opendata.config import Http
from opendata.web import source_address

HTTP = Http(allow_private_hosts=("ckan.noi-bo.vn", "203.0.113.9:8080"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://data.bo.gov.vn/api?key=x#y", "https://data.bo.gov.vn/api"),
        ("https://data.bo.gov.vn:8443/a%20b", "https://data.bo.gov.vn:8443/a%20b"),
        ("http://ckan.noi-bo.vn/api", ""),
        ("http://203.0.113.9:8080/", ""),
        ("http://10.1.2.3/list.csv", ""),
        ("http://[fd00::1]/list.csv", ""),
        ("http://127.0.0.1:8765/", ""),
        ("http://may-chu/list.csv", ""),
        ("https://u:secret@data.bo.gov.vn/", ""),
        ("no address", ""),
    ],
)
def test_address_for_the_public(url: str, shown: str) -> None:
    assert source_address.public(url, HTTP) == shown
