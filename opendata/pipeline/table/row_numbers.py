"""Which row of the file a row of the written table was, given the few that were set aside."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


class RowNumbers:
    """Remembers the rows that were not written; rows of the file count from 1."""

    def __init__(self) -> None:
        self._missing: list[Numbers] = []

    def note(self, written: Numbers, *, before: int, count: int) -> None:
        """Note a batch of `count` rows after `before` others, of which `written` were written."""
        if len(written) < count:
            every = np.arange(before + 1, before + count + 1)
            self._missing.append(np.setdiff1d(every, written, assume_unique=True))

    def of(self, positions: Numbers) -> Numbers:
        """Return the numbers in the file of the rows at positions of the table, from 0."""
        missing = np.concatenate(self._missing) if self._missing else np.zeros(0, np.int64)
        written_before = missing - np.arange(1, len(missing) + 1)
        return positions + 1 + np.searchsorted(written_before, positions, side="right")
