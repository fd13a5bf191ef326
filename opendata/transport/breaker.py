"""A host that fails again and again is left alone for a while, not asked for every file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from opendata.errors import SourceFailure

_FAILURES = 5  # in a row, each after all its tries
_REST_SECONDS = 60.0


@dataclass
class _Record:
    failures: int = 0
    rest_until: float = 0.0


class Breaker:
    """Counts the failures in a row of each host during one run."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._records: dict[str, _Record] = {}

    def check(self, host: str, where: str) -> None:
        """Raise host-resting while the host rests; after that, let one request through to try."""
        with self._lock:
            record = self._records.get(host)
            if record is None or record.failures < _FAILURES:
                return
            now = self._clock()
            if now < record.rest_until:
                raise SourceFailure(
                    "host-resting",
                    where,
                    f"its host failed {_FAILURES} times in a row or more and is left alone for "
                    f"{_REST_SECONDS:.0f} seconds",
                )
            record.rest_until = now + _REST_SECONDS

    def answered(self, host: str) -> None:
        """Note that the host works."""
        with self._lock:
            self._records.pop(host, None)

    def failed(self, host: str) -> None:
        """Note a request that failed in a passing way."""
        with self._lock:
            record = self._records.setdefault(host, _Record())
            record.failures += 1
            record.rest_until = self._clock() + _REST_SECONDS
