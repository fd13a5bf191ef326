"""The bytes of a column of text, for what is seen faster in them than in the texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Octets = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.intp]


def octets(text: pa.StringArray) -> tuple[Octets, Positions]:
    """Return the bytes of a column of text, and where each cell begins and the last one ends."""
    _, offsets, data = text.buffers()
    if not len(text) or offsets is None or data is None:
        return np.empty(0, np.uint8), np.zeros(len(text) + 1, np.intp)
    ends = np.frombuffer(offsets, np.int32, len(text) + 1, text.offset * 4).astype(np.intp)
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]], ends - ends[0]
