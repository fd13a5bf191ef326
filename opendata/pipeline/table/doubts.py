"""Which cells the fast way of a cast may stumble over, seen in the bytes of a whole column.

They are looked at one by one; the rest of the column goes the fast way, so that a few bad cells do
not make all of it slow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from opendata.pipeline.table.octets import octets
from opendata.pipeline.table.typed import Mask, Options

_NUMBER = "0123456789+-eE"
_ISO = "YYYY-mm-dd"
# The shortest February: a 29th is looked at.
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.uint8)


def of_numbers(text: pa.StringArray, options: Options) -> Mask | None:
    """Return the cells with signs that no number has; None where numbers have units around."""
    if options.get("bareNumber") == "false":
        return None
    signs = _NUMBER + (options.get("decimalChar") or ".") + options.get("groupChar", "")
    is_strange = np.ones(256, bool)
    is_strange[list(signs.encode())] = False
    data, ends = octets(text)
    found = np.zeros(len(text), bool)
    found[np.searchsorted(ends, np.flatnonzero(is_strange[data]), "right") - 1] = True
    return found


def of_dates(text: pa.StringArray, shown: str) -> Mask:
    """Return the cells that are not surely a date; `shown` is how one is written: `dd/mm/YYYY`."""
    data, ends = octets(text)
    whole = np.flatnonzero(np.diff(ends) == len(shown))
    cells = np.empty((len(whole), len(shown)), np.uint8)
    # Letter by letter: the places of all letters in one array would be ten times the dates.
    for place in range(len(shown)):
        cells[:, place] = data[ends[whole] + place] - np.uint8(ord("0"))
    day, month = (_number(cells, shown, letter) for letter in "dm")
    sure = (day >= 1) & (day <= _DAYS[np.where(month <= 12, month, 0)])
    sure &= (cells[:, [shown.index("Y") + place for place in range(4)]] > 0).any(axis=1)
    for place, sign in enumerate(shown):
        sure &= cells[:, place] <= 9 if sign.isalpha() else cells[:, place] + 48 == ord(sign)
    found: Mask = text.is_valid().to_numpy(zero_copy_only=False).copy()
    found[whole[sure]] = False
    return found


def _number(cells: npt.NDArray[np.uint8], shown: str, letter: str) -> npt.NDArray[np.uint8]:
    """Return a number of two digits; what are none may give any."""
    place = shown.index(letter)
    return cells[:, place] * np.uint8(10) + cells[:, place + 1]
