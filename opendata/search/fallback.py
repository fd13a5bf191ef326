"""An engine with another behind it, which answers while the first does not."""

from __future__ import annotations

import logging

from opendata.errors import SearchUnavailable
from opendata.search.base import Query, Results, Searcher

log = logging.getLogger(__name__)


class FallbackSearch:
    """Asks `first`, and `second` while `first` is not available; both give the same answers."""

    def __init__(self, first: Searcher, second: Searcher) -> None:
        self._first = first
        self._second = second

    def search(self, query: Query) -> Results:
        """Answer a query; raises SearchUnavailable where neither engine can."""
        try:
            return self._first.search(query)
        except SearchUnavailable as err:
            log.warning("the embedded index answers: %s", err)
            return self._second.search(query)

    def close(self) -> None:
        """Let go of both."""
        self._first.close()
        self._second.close()
