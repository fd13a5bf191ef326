"""Where one CSV record ends and the next begins, seen as pyarrow's parser sees it.

A quotation mark opens a quoted cell only at the start of a cell; inside, a doubled mark is text;
after the closing mark the rest of the cell is plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

QUOTE = b'"'
_REST_OF_QUOTED = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')
_LINE_ENDS = b"\r\n"
_PIECE = 1 << 16


def record_ends(data: bytes, delimiter: bytes) -> Iterator[int]:
    """Yield the position behind each finished record; `data` starts where a record starts."""
    position = 0
    scan = _scanner(delimiter)
    while found := scan.search(data, position):
        if found.group() != QUOTE:
            position = found.end()
            yield position
            continue
        closed = _REST_OF_QUOTED.match(data, found.end())
        if closed is None:
            return
        position = closed.end()


def last_record_end(data: bytes, delimiter: bytes) -> int:
    """Return the position behind the last finished record, 0 when there is none."""
    if QUOTE not in data:
        return (data.rfind(b"\n") if b"\n" in data else data.rfind(b"\r")) + 1
    count = _regular_quotes(data, delimiter)
    if count is None or b"\n" not in data:
        return max(record_ends(data, delimiter), default=0)
    end, behind = data.rfind(b"\n"), len(data)
    while end >= 0:
        count -= data.count(QUOTE, end, behind)
        if count % 2 == 0:
            break
        # This line end lies inside quotes: go on looking before the mark that opened them.
        end, behind = data.rfind(b"\n", 0, data.rfind(QUOTE, 0, end)), end
    return end + 1


def has_open_quote(data: bytes, delimiter: bytes) -> bool:
    """Say whether `data`, which starts where a record starts, ends inside quotes."""
    if QUOTE not in data:
        return False
    count = _regular_quotes(data, delimiter)
    if count is not None:
        return count % 2 == 1
    tail = data[max(record_ends(data, delimiter), default=0) :]
    # With a line end appended, the tail is one more record unless a mark is still open.
    return next(record_ends(tail + b"\n", delimiter), None) is None


def longest_line(data: bytes) -> int:
    """Return the length of the longest physical line, in bytes."""
    view = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero((view == _LINE_ENDS[0]) | (view == _LINE_ENDS[1]))
    return int(np.diff(ends, prepend=-1, append=len(data)).max()) - 1


@lru_cache(maxsize=16)
def _scanner(delimiter: bytes) -> re.Pattern[bytes]:
    starts = b"[" + re.escape(delimiter) + b"\r\n]"
    return re.compile(b"\r\n|\r|\n|(?:(?<=" + starts + b')|\\A)"')


def _regular_quotes(data: bytes, delimiter: bytes) -> int | None:
    """Return how many marks there are if they simply open and close by turns, else None.

    Then a position lies inside quotes exactly when the number of marks before it is odd. A doubled
    mark closes and opens again at once, which changes nothing.
    """
    view = np.frombuffer(data, np.uint8)
    may_touch = _touching(delimiter)
    count = 0
    # In small pieces: arrays of megabytes cost more to allocate than to fill.
    for start in range(0, len(view), _PIECE):
        marks = start + np.flatnonzero(view[start : start + _PIECE] == QUOTE[0])
        opening, closing = marks[count % 2 :: 2], marks[1 - count % 2 :: 2]
        before = view[np.maximum(opening - 1, 0)]
        behind = view[np.minimum(closing + 1, len(view) - 1)]
        if not (may_touch[before].all() and may_touch[behind].all()):
            return None
        count += len(marks)
    return count


@lru_cache(maxsize=16)
def _touching(delimiter: bytes) -> npt.NDArray[np.bool_]:
    """Return by byte what may stand before an opening and behind a closing mark."""
    touching = np.zeros(256, bool)
    touching[list(delimiter + _LINE_ENDS + QUOTE)] = True
    return touching
