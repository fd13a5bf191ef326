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
    quotes = _regular_quotes(data, delimiter)
    if quotes is None or b"\n" not in data:
        return max(record_ends(data, delimiter), default=0)
    end = data.rfind(b"\n")
    while end >= 0 and (before := int(np.searchsorted(quotes, end))) % 2:
        # This line end lies inside quotes: go on looking before the mark that opened them.
        end = data.rfind(b"\n", 0, int(quotes[before - 1]))
    return end + 1


def has_open_quote(data: bytes, delimiter: bytes) -> bool:
    """Say whether `data`, which starts where a record starts, ends inside quotes."""
    if QUOTE not in data:
        return False
    quotes = _regular_quotes(data, delimiter)
    if quotes is not None:
        return len(quotes) % 2 == 1
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


def _regular_quotes(data: bytes, delimiter: bytes) -> npt.NDArray[np.intp] | None:
    """Return where the marks are if they simply open and close by turns, else None.

    Then a position lies inside quotes exactly when the number of marks before it is odd. A doubled
    mark closes and opens again at once, which changes nothing.
    """
    view = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(view == QUOTE[0])
    around = np.frombuffer(delimiter + _LINE_ENDS, np.uint8)
    doubled = np.diff(quotes, prepend=-2, append=-2) == 1
    opening, closing = quotes[0::2], quotes[1::2]
    starts_cell = np.isin(view[np.maximum(opening - 1, 0)], around) | (opening == 0)
    ends_cell = np.isin(view[np.minimum(closing + 1, len(view) - 1)], around)
    ends_cell |= closing == len(view) - 1
    regular = (starts_cell | doubled[0::2][: len(opening)]).all() and (
        ends_cell | doubled[2::2][: len(closing)]
    ).all()
    return quotes if regular else None
