"""Servers that tests need, started when the first test asks and ended with the session."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import elasticsearch_home
from tests.services.elasticsearch_node import running_node


@pytest.fixture(scope="session")
def elasticsearch_parts() -> None:
    """What nodes are made of; where the machine lacks it, the test is skipped, or fails."""
    if lacking := elasticsearch_home.lacking():
        if os.environ.get("OPENDATA_REQUIRE_SERVICES") == "1":
            pytest.fail(lacking)
        pytest.skip(lacking)


@pytest.fixture(scope="session")
def elasticsearch_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of an Elasticsearch: the one named, else a node on loopback."""
    named = os.environ.get("OPENDATA_TEST_ELASTICSEARCH_URL")
    if named:
        yield named
        return
    request.getfixturevalue("elasticsearch_parts")
    with (
        tempfile.TemporaryDirectory(prefix="opendata-test-", ignore_cleanup_errors=True) as folder,
        running_node(Path(folder)) as node,
    ):
        yield node.url
