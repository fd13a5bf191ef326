"""Cells of a spreadsheet into columns of text, a whole column at once.

Cells of one kind go the fast way of Arrow; only columns of several kinds are written cell by cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from opendata.pipeline.unpack import arrays

# From here on a float no longer holds every whole number.
_EXACT = 2**53
# Between these Arrow writes a float without exponent, as Python does.
_PLAIN_FROM, _PLAIN_TO = 1e-5, 1e10


def cell_text(value: Any) -> str:
    """Return a cell as text: 5.0 as `5`, dates ISO, booleans `true` and `false`."""
    return clean(_WRITERS.get(type(value), str)(value))


def column_of(cells: Sequence[Any]) -> pa.StringArray:
    """Return a column of cells as text; empty is null."""
    kinds = set(map(type, cells))
    if kinds <= {float, str}:
        numbers = _numbers(cells) if float in kinds else None
        if numbers is not None:
            return numbers
    if kinds != {str}:
        cells = [_WRITERS.get(type(cell), str)(cell) for cell in cells]
    return arrays.empty_as_null(arrays.texts(_clean(cells)))


def clean(text: str) -> str:
    """Return a text in NFC and without NUL, which no text holds."""
    return unicodedata.normalize("NFC", text).replace("\0", "")


def clean_column(texts: pa.StringArray) -> pa.StringArray:
    """Do the same for a column; empty becomes null."""
    data = texts.buffers()[2]
    text = data.to_pybytes().decode("utf-8", errors="replace") if data else ""
    if not _is_clean(text):
        cleaned = [None if cell is None else clean(cell) for cell in texts.to_pylist()]
        texts = pa.array(cleaned, pa.string())
    return arrays.empty_as_null(texts)


def _clean(cells: Sequence[str]) -> Sequence[str]:
    return cells if _is_clean("".join(cells)) else list(map(clean, cells))


def _is_clean(text: str) -> bool:
    """Say whether a text, and so each part of it, is as `clean` would leave it."""
    return unicodedata.is_normalized("NFC", text) and "\0" not in text


def _numbers(cells: Sequence[Any]) -> pa.StringArray | None:
    """Return a column of numbers and empty cells, None where it holds texts or odd numbers."""
    if any(cell for cell in cells if type(cell) is str):
        return None
    values = np.array([np.nan if cell == "" else cell for cell in cells], np.float64)
    is_known = ~np.isnan(values)
    known = values[is_known]
    if np.all(np.trunc(known) == known) and np.all(np.abs(known) < _EXACT):
        whole = np.where(is_known, values, 0).astype(np.int64)
        return arrays.numbers(whole, is_known).cast(pa.string())
    sizes = np.abs(known[known != 0])
    if np.all((sizes >= _PLAIN_FROM) & (sizes < _PLAIN_TO)):
        return arrays.numbers(values + 0.0, is_known).cast(pa.string())
    return None


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return str(value)


def _duration(value: timedelta) -> str:
    sign = "-" if value < timedelta(0) else ""
    minutes, seconds = divmod(abs(int(value.total_seconds())), 60)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    bool: lambda value: "true" if value else "false",
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}
