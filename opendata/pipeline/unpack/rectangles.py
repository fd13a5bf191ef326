"""How large a sheet is, from the bytes of its XML, without parsing it.

A spreadsheet reader allocates the whole rectangle from the first to the last used cell, so one
cell in the last corner of a sheet is as dear as a full sheet: rectangles are what is counted.
Millions of cells are looked at before a reader is, so all of them at once, by numpy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_TAG_START = b"<"
# What a cell that failed says of its type.
FAILED_MARK = b't="e"'
_MOST_LETTERS, _MOST_DIGITS = 3, 7
# Around a chunk, so that what stands beside a letter can be looked at wherever it is.
_PADDING = b"\0" * (_MOST_LETTERS + _MOST_DIGITS + 4)


_Bytes = npt.NDArray[np.uint8]
_Positions = npt.NDArray[np.intp]


def _any_of(letters: bytes) -> npt.NDArray[np.bool_]:
    """Return for each byte whether it is one of these."""
    table = np.zeros(256, bool)
    table[list(letters)] = True
    return table


_SPACES, _QUOTES = _any_of(b" \t\n\r"), _any_of(b"\"'")
_NAME_STARTS, _NAME_ENDS = _any_of(b"<:"), _any_of(b" \t\n\r>/")


class Rectangle:
    """Grows with the references of the cells seen; cells without one count one by one."""

    def __init__(self) -> None:
        self._rows = self._columns = self._row_tags = self._cell_tags = 0
        self._carry = b""
        self.has_failed_cells = False

    @property
    def cells(self) -> int:
        """Cells of the rectangle so far."""
        return max(max(self._rows, self._row_tags) * self._columns, self._cell_tags)

    def add(self, chunk: bytes) -> None:
        """Look at the next bytes; a tag may be cut at their end."""
        text = self._carry + chunk
        cut = text.rfind(_TAG_START)
        text, self._carry = (text[:cut], text[cut:]) if cut > 0 else (b"", text)
        self.has_failed_cells = self.has_failed_cells or FAILED_MARK in text
        data = np.frombuffer(_PADDING + text + _PADDING, np.uint8)
        self._row_tags += _count_tags(data, b"row")
        self._cell_tags += _count_tags(data, b"c")
        columns, rows = _references(data)
        self._columns = max(self._columns, columns)
        self._rows = max(self._rows, rows)


def _count_tags(data: _Bytes, name: bytes) -> int:
    """Count `<c ` and `<x:c ` with whatever ends a name."""
    at = np.flatnonzero(data == name[-1])
    for distance, letter in enumerate(reversed(name)):
        at = at[data[at - distance] == letter]
    before, after = data[at - len(name)], data[at + 1]
    return int(np.count_nonzero(_NAME_STARTS[before] & _NAME_ENDS[after]))


def _references(data: _Bytes) -> tuple[int, int]:
    """Return the highest column and row, from 1, that ` r="AB12"` names; 0 where none does."""
    at = np.flatnonzero(data == ord("="))
    at = at[data[at - 1] == ord("r")]
    at = at[_SPACES[data[at - 2]] & _QUOTES[data[at + 1]]] + 2
    columns, at = _number(data, at, base=26, first="A", most=_MOST_LETTERS)
    rows, _ = _number(data, at, base=10, first="0", most=_MOST_DIGITS)
    return int(columns.max(initial=0)), int(rows.max(initial=0))


def _number(
    data: _Bytes, at: _Positions, *, base: int, first: str, most: int
) -> tuple[npt.NDArray[np.int64], _Positions]:
    """Return the numbers that start at these positions, and where they end. A is 1, 0 is 0."""
    values = np.zeros(len(at), np.int64)
    is_open = np.ones(len(at), bool)
    end = at.copy()
    for step in range(most):
        digit = data[at + step].astype(np.int64) - ord(first)
        is_open &= (digit >= 0) & (digit < base)
        one = 1 if first == "A" else 0
        values = np.where(is_open, values * base + digit + one, values)
        end += is_open
    return values, end
