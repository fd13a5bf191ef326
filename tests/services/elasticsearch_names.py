"""Names of indices that no other test has, and their end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from elasticsearch import Elasticsearch

from opendata.config import Search


def search_settings(url: str, folder: Path, **more: object) -> Search:
    """Return settings of an index of its own for each folder; the same folder, the same index."""
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    plain = Search(
        engine="elasticsearch",
        urls=(url,),
        index=f"test-{digest}",
        replicas=0,
        timeout_seconds=30.0,
    )
    return replace(plain, **more)


@contextmanager
def removed_afterwards(url: str) -> Iterator[None]:
    """Remove the indices of the tests that ran in the block: a node holds a thousand at most."""
    with Elasticsearch(url, request_timeout=60) as client:
        before = set(client.indices.get(index="test-*", features=["aliases"]).body)
        yield
        after = set(client.indices.get(index="test-*", features=["aliases"]).body)
        for name in after - before:
            client.indices.delete(index=name, ignore_unavailable=True)
