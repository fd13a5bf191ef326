"""A source's row becomes its harvester and the client that it asks with."""

from __future__ import annotations

from pathlib import Path

import pytest

import harvesters
from opendata.config import Http
from opendata.errors import SettingError, SourceFailure
from opendata.models import Source
from opendata.pipeline.opening import Opened, open_harvester
from tests import certificates
from tests.raw_site import Site, answer


def opened(url: str, http: Http, ca_file: str | None = None) -> Opened:
    source = Source(name="city", kind="file_list", url=url, options={}, ca_file=ca_file)
    return open_harvester(source, harvesters.registry(), http)


def test_certificates_of_the_source_are_trusted(tmp_path: Path) -> None:
    made = certificates.self_signed(tmp_path)
    with Site().served() as site:
        site.put("/a", answer())
        site.speak_tls(made)
        url, http = f"https://{site.host}/a", Http(allow_private_hosts=(site.host,), tries=1)
        with pytest.raises(SourceFailure) as caught:
            opened(url, http).http.get(url)
        assert caught.value.reason == "tls"
        assert opened(url, http, str(made.path)).http.get(url).body


def test_missing_certificates_are_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="ca_file"):
        opened("https://data.example/", Http(), str(tmp_path / "none.pem"))


def test_calling_off_ends_what_the_harvester_does() -> None:
    with Site().served() as site:
        harvest = opened(site.put("/a", answer()), Http(allow_private_hosts=(site.host,)))
        harvest.http.abort()
        with pytest.raises(SourceFailure) as caught:
            list(harvest.harvester.discover())
        assert caught.value.reason == "interrupted"
        assert site.asked == []
