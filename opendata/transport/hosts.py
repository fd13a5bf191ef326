"""How hosts are spared: so many requests at once, pauses between them, the rest they ask for.

One `Hosts` serves a whole process: sources that lie on one host share its places and its rest.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

# What a host asks for is believed for so long: one odd answer must not close it until a restart.
_LONGEST_REST = 3600.0


class Hosts:
    """What is going on at each host, by its name; for all threads and sources of a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._running: Counter[str] = Counter()
        self._next_start: dict[str, float] = {}
        self._rest_until: dict[str, float] = {}

    def enter(self, host: str, *, places: int, seconds: float, called_off: threading.Event) -> bool:
        """Wait for one of the places of a host; tell whether it is had, to be left again."""
        with self._changed:
            self._changed.wait_for(
                lambda: called_off.is_set() or self._running[host] < places, seconds
            )
            if called_off.is_set() or self._running[host] >= places:
                return False
            self._running[host] += 1
            return True

    def leave(self, host: str) -> None:
        """Give a place back."""
        with self._changed:
            self._running[host] -= 1
            if not self._running[host]:
                del self._running[host]
            self._changed.notify_all()

    def wake(self) -> None:
        """Let those who wait for a place look whether they were called off."""
        with self._changed:
            self._changed.notify_all()

    def rest(self, host: str, seconds: float) -> None:
        """Begin no request to the host for so long, an hour at most."""
        with self._changed:
            now = self._clock()
            until = now + min(seconds, _LONGEST_REST)
            self._rest_until = _to_come(self._rest_until, now)
            self._rest_until[host] = max(until, self._rest_until.get(host, now))

    def resting(self, host: str) -> float:
        """Return the seconds that the host's rest still lasts."""
        with self._changed:
            now = self._clock()
            return max(0.0, self._rest_until.get(host, now) - now)

    def wait_turn(self, host: str, *, pause: float, sleep: Callable[[float], None]) -> None:
        """Sleep until `pause` has passed since the last start at the host and its rest is over."""
        with self._changed:
            reached = self._clock()
            start = max(self._next_start.get(host, reached), self._rest_until.get(host, reached))
            start = max(start, reached)
            self._next_start = _to_come(self._next_start, reached)
            self._next_start[host] = start + pause
        while start > reached:
            sleep(start - reached)
            # Another thread may have been asked to wait in the meantime.
            reached, start = start, max(start, self._rest_until.get(host, start))


def _to_come(moments: dict[str, float], now: float) -> dict[str, float]:
    """Forget the moments that have passed: a worker that lives long meets many hosts."""
    return {host: moment for host, moment in moments.items() if moment > now}


SHARED = Hosts()
