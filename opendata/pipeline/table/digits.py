"""Numbers inside cells of text: which runs of digits stand where, found over the bytes of a column.

A number is a run of digits (`0912345678`), or groups of them that one kind of separator joins
(`0912 345 678`, `(024) 3825-1234`). What touches letters or belongs to a decimal is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.pipeline.table.octets import Octets, Positions, octets

SHORTEST, LONGEST = 9, 19  # digits
# Two neighbouring blocks of eight bytes hold so many digits wherever a number of nine digits or
# more lies across them, its separators included.
_DENSE = 7
_MAX_GROUPS = 6
_ANY = 0  # in place of a separator: fits every other one
_SPACE = ord(" ")
_BRACKET = ord(")")


def _table(letters: str) -> npt.NDArray[np.bool_]:
    found = np.zeros(256, bool)
    found[[ord(letter) for letter in letters]] = True
    return found


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_STUCK = _table(f"{_LETTERS}{_LETTERS.upper()}_@%")
_JOINS = _table(" .-)")
_BELONGS = _table(".,-:")  # 105.841234567890, 0101234567-001, 08:123456789


@dataclass(frozen=True)
class Numbers:
    """The numbers of some cells: the cell of each, its digits (a place in `digits` and how many),
    and the sizes of its groups as `shape_of` writes them; 0 for a plain run."""

    digits: Octets  # 0 to 9, all runs one behind the other
    cell: Positions
    start: Positions
    size: Positions
    shape: Positions

    def where(self, mask: npt.NDArray[np.bool_]) -> Numbers:
        """Return the numbers that the mask chooses."""
        chosen = (part[mask] for part in (self.cell, self.start, self.size, self.shape))
        return Numbers(self.digits, *chosen)

    @property
    def cells(self) -> int:
        """How many cells the numbers stand in; runs come in the order of the cells."""
        if self.shape.any():
            return len(np.unique(self.cell))
        return int(np.count_nonzero(np.diff(self.cell))) + 1 if len(self.cell) else 0

    def prefix(self, count: int, skip: int = 0) -> Positions:
        """Return `count` digits of each number behind the first `skip`, read as one integer."""
        value = np.zeros(len(self.cell), np.intp)
        for place in range(skip, skip + count):
            value = value * 10 + self.digits[self.start + place]
        return value

    def text(self, index: int) -> str:
        """Return the digits of one number."""
        first = int(self.start[index])
        return "".join(map(str, self.digits[first : first + int(self.size[index])]))


def shape_of(groups: str) -> int:
    """Return the code of a shape that is written as the sizes of its groups: `433`."""
    return sum(int(size) << (4 * place) for place, size in enumerate(groups))


def numbers(text: pa.StringArray) -> Numbers | None:
    """Return the numbers of nine to nineteen digits in a column; None where there is none, which
    is cheap to see."""
    data, ends = octets(text)
    sizes = np.diff(ends)
    if not len(data) or sizes.max() < SHORTEST:
        return None
    digit = _is_digit(data)
    if digit.all():
        found = Numbers(data - 48, np.arange(len(sizes)), ends[:-1], sizes, np.zeros_like(sizes))
        right = (sizes >= SHORTEST) & (sizes <= LONGEST)
        return found if right.all() else found.where(right)
    cells = _candidates(digit, ends, sizes >= SHORTEST)
    if not len(cells):
        return None
    if len(cells) * 2 >= len(text):
        return _Runs(data, ends, digit).numbers()
    data, ends = octets(text.take(pa.array(cells)))
    found = _Runs(data, ends, _is_digit(data)).numbers()
    return replace(found, cell=cells[found.cell])


def _candidates(
    digit: npt.NDArray[np.bool_], ends: Positions, long_enough: npt.NDArray[np.bool_]
) -> Positions:
    """Return the cells with as many digits close together as a number has."""
    count = np.bitwise_count(np.packbits(digit))
    near = np.flatnonzero(count + np.append(count[1:], np.uint8(0)) >= _DENSE)
    if len(near) * 4 > len(long_enough):
        return np.flatnonzero(long_enough)
    # A cell of nine bytes or more has one of three bytes that lie seven or eight apart.
    touched = np.concatenate([near * 8, near * 8 + 7, near * 8 + 15])
    found = np.zeros(len(long_enough), bool)
    found[np.searchsorted(ends, np.minimum(touched, len(digit) - 1), "right") - 1] = True
    return np.flatnonzero(found & long_enough)


def _is_digit(data: Octets) -> npt.NDArray[np.bool_]:
    return (data - np.uint8(48)) < 10  # what is below "0" wraps around


class _Runs:
    """All runs of digits with what stands between them."""

    def __init__(self, data: Octets, ends: Positions, digit: npt.NDArray[np.bool_]) -> None:
        self._data, self._digit = data, digit
        self._first, self._last = _edges(digit, ends)
        self._cell = np.searchsorted(ends, self._first, "right") - 1
        self._size = self._last - self._first
        begins, stops = ends[self._cell], ends[self._cell + 1]
        self._before = np.where(self._first > begins, data[self._first - 1], _SPACE)
        after = np.minimum(self._last, len(data) - 1)
        self._after = np.where(self._last < stops, data[after], _SPACE)
        self._gap = np.where(
            self._cell[1:] == self._cell[:-1], self._first[1:] - self._last[:-1], 0
        )

    def numbers(self) -> Numbers:
        """Return plain runs and joined groups."""
        digits = self._data[self._digit] - np.uint8(48)
        start = np.cumsum(self._size) - self._size
        plain, joined = self._plain(), self._joined()
        chains, sizes, shapes = joined
        return Numbers(
            digits,
            np.concatenate([self._cell[plain], self._cell[chains]]),
            np.concatenate([start[plain], start[chains]]),
            np.concatenate([self._size[plain], sizes]),
            np.concatenate([np.zeros(len(plain), np.intp), shapes]),
        )

    def _plain(self) -> Positions:
        belongs = np.zeros(len(self._first) + 1, bool)
        belongs[1:-1] = (self._gap == 1) & _BELONGS[self._before[1:]]
        loose = ~belongs[1:] & ~belongs[:-1] & ~_STUCK[self._before] & ~_STUCK[self._after]
        return np.flatnonzero(loose & (self._size >= SHORTEST) & (self._size <= LONGEST))

    def _joined(self) -> tuple[Positions, Positions, Positions]:
        """Return the first runs of groups that belong together, their digits and their shapes."""
        link = self._links()
        is_first = np.append(True, ~link)
        heads = np.flatnonzero(is_first)
        if len(heads) == len(is_first):
            return (np.empty(0, np.intp),) * 3
        count = np.diff(np.append(heads, len(is_first)))
        place = np.arange(len(is_first)) - np.repeat(heads, count)
        bits = np.where(place < _MAX_GROUPS, self._size << (4 * np.minimum(place, _MAX_GROUPS)), 0)
        tails = heads + count - 1
        fits = (
            (count > 1)
            & (count <= _MAX_GROUPS)
            & self._is_even(is_first, heads)
            & (np.maximum.reduceat(self._size, heads) < 16)
            & ~_STUCK[self._before[heads]]
            & ~_STUCK[self._after[tails]]
        )
        sizes = np.add.reduceat(self._size, heads)
        fits &= (sizes >= SHORTEST) & (sizes <= LONGEST)
        return heads[fits], sizes[fits], np.add.reduceat(bits, heads)[fits]

    def _links(self) -> npt.NDArray[np.bool_]:
        """One separator between two runs, or a closing bracket and another."""
        inner = self._after[:-1]
        one = (self._gap == 1) & _JOINS[inner]
        two = (self._gap == 2) & (inner == _BRACKET) & _JOINS[self._before[1:]]
        found: npt.NDArray[np.bool_] = one | two
        return found

    def _is_even(self, is_first: npt.NDArray[np.bool_], heads: Positions) -> npt.NDArray[np.bool_]:
        """One separator throughout, else a date and a time behind it would be a number."""
        bracket = np.append(False, self._after[:-1] == _BRACKET)
        free = is_first | bracket
        least = np.minimum.reduceat(np.where(free, 255, self._before), heads)
        most = np.maximum.reduceat(np.where(free, _ANY, self._before), heads)
        found: npt.NDArray[np.bool_] = least >= most
        return found


def _edges(digit: npt.NDArray[np.bool_], ends: Positions) -> tuple[Positions, Positions]:
    """Return where runs begin and where they end; no run crosses from one cell to the next."""
    before, after = np.empty_like(digit), np.empty_like(digit)
    before[0], before[1:] = False, digit[:-1]
    after[-1], after[:-1] = False, digit[1:]
    inner = ends[(ends > 0) & (ends < len(digit))]
    before[inner] = False
    after[inner - 1] = False
    return np.flatnonzero(digit & ~before), np.flatnonzero(digit & ~after) + 1
