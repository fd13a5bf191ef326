"""A search server that has just not answered is left alone for a moment, not asked for every page.

Otherwise each page that wants it would wait for it in turn, and no thread would be left for those
that do not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opendata.errors import SearchUnavailable

_SECONDS = 5.0


class Pause:
    """Ends by itself; then one caller tries, and the others follow when it was answered."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: float | None = None

    @contextmanager
    def unless_it_answers(self) -> Iterator[None]:
        """Run the block, or raise SearchUnavailable at once during a pause; one that raises
        SearchUnavailable begins a pause."""
        self._check()
        try:
            yield
        except SearchUnavailable:
            self._until = self._clock() + _SECONDS
            raise
        self._until = None

    def _check(self) -> None:
        with self._lock:
            if self._until is None:
                return
            now = self._clock()
            if now < self._until:
                raise SearchUnavailable(
                    "The search server did not answer a moment ago; it is asked again in seconds."
                )
            self._until = now + _SECONDS
