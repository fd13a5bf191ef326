"""How long a transfer may take, and whether somebody called it off meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from opendata.errors import SourceFailure


class Deadline:
    """The monotonic moment after which a whole transfer has taken too long.

    `called_off` ends it at once: whatever looks at the deadline then raises interrupted.
    """

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float],
        called_off: threading.Event,
        where: str,
    ) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._called_off = called_off
        self._where = where

    def check(self) -> None:
        """Raise interrupted when the transfer was called off."""
        if self._called_off.is_set():
            raise SourceFailure("interrupted", self._where, "the transfer was called off")

    def left(self) -> float:
        """Return the seconds left, always more than nothing; raise too-slow when there are none."""
        self.check()
        left = self._end - self._clock()
        if left <= 0:
            raise SourceFailure("too-slow", self._where, "the deadline of the transfer passed")
        return left

    def allows(self, seconds: float) -> bool:
        """Tell whether so long a wait still ends in time."""
        return self._clock() + seconds < self._end

    def cut(self, timeout: float | None) -> float:
        """Return the timeout, or what is left if that is less."""
        return self.left() if timeout is None else min(timeout, self.left())

    def extend(self, seconds: float) -> None:
        """Move the end: so long a wait was none of the source's doing."""
        self._end += seconds
