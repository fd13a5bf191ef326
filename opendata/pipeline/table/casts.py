"""Text into typed columns, a whole column at once; what does not fit is told, never guessed.

Each cast first tries the fast way, which is right for clean columns, and falls back to one that
finds every cell that does not fit.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

ZONED = "%Y-%m-%dT%H:%M:%S%z"
DAY_FIRST = "%d/%m/%Y"
TRUE = ("true", "có")
FALSE = ("false", "không")
_INTEGER = r"\A[+-]?[0-9]{1,18}\z"
_NUMBER = r"\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\z"
_YEAR = r"\A[0-9]{4}\z"
_ISO_TIME = r"(?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?P<f>\.[0-9]{1,6})?)?"
_ISO_DATE = r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
_DIRECTIVES = {
    "%Y": "(?P<Y>[0-9]{4})",
    "%m": "(?P<m>[0-9]{1,2})",
    "%d": "(?P<d>[0-9]{1,2})",
    "%H": "(?P<H>[0-9]{1,2})",
    "%M": "(?P<M>[0-9]{1,2})",
    "%S": "(?P<S>[0-9]{1,2})",
    "%z": "(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
}
_FORMATS = {
    ("date", "default"): _ISO_DATE,
    ("datetime", "default"): f"{_ISO_DATE}(?:[T ]{_ISO_TIME})?",
    ("datetime", ZONED): f"{_ISO_DATE}[T ]{_ISO_TIME}(?P<z>Z|[+-][0-9]{{2}}:?[0-9]{{2}})",
}
_PIECE = 256

Mask = npt.NDArray[np.bool_]
Cast = tuple[pa.Array, Mask | None]  # the values, and which cells do not fit (None: all fit)


def arrow_type(kind: str, form: str) -> pa.DataType:
    """Return how a column of a kind is stored."""
    if kind == "datetime":
        return pa.timestamp("us", tz="UTC") if form.endswith("%z") else pa.timestamp("us")
    types = {
        "integer": pa.int64(),
        "year": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    return types.get(kind, pa.string())


def cast(text: pa.StringArray, kind: str, form: str = "default") -> Cast:
    """Return the column as `kind`; cells that do not fit are null in it and true in the mask."""
    if kind in ("integer", "number", "date", "datetime"):
        quick = _quick(text, kind, form)
        return _piecewise(text, kind, form) if quick is None else (quick, None)
    if kind == "year":
        return _matching(_trimmed(text), _YEAR, pa.int64())
    if kind == "boolean":
        return _boolean(text)
    return text, None


def _quick(text: pa.StringArray, kind: str, form: str) -> pa.Array | None:
    """Return the column the fast way, None when that may be wrong for any of its cells."""
    try:
        if kind in ("integer", "number"):
            return _quick_number(text, kind)
        return _quick_time(text, arrow_type(kind, form), form)
    except pa.ArrowInvalid:
        return None


def _quick_number(text: pa.StringArray, kind: str) -> pa.Array | None:
    # Arrow also takes 0x1F as a whole number, and nan and inf as numbers.
    if _holds(text, "xX" if kind == "integer" else "nNiI"):
        return None
    values = text.cast(arrow_type(kind, ""))
    is_infinite = kind == "number" and pc.any(pc.is_inf(values)).as_py()
    return None if is_infinite else values


def _quick_time(text: pa.StringArray, to: pa.DataType, form: str) -> pa.Array | None:
    if form == DAY_FIRST and pa.types.is_date(to):
        if not pc.all(pc.match_like(text, "__/__/____")).as_py():
            return None
        parts = [pc.utf8_slice_codeunits(text, *span) for span in ((6, 10), (3, 5), (0, 2))]
        text = pc.binary_join_element_wise(*parts, "-")
    elif form not in ("default", ZONED):
        return None
    values = text.cast(to)
    # Arrow reads a year 0, which Python, SQL and people do not have.
    return None if pc.any(pc.equal(pc.year(values), 0)).as_py() else values


def _exact(text: pa.StringArray, kind: str, form: str) -> Cast:
    if kind in ("integer", "number"):
        pattern = _INTEGER if kind == "integer" else _NUMBER
        return _matching(_trimmed(text), pattern, arrow_type(kind, form))
    return _time(text, kind, form)


def _piecewise(text: pa.StringArray, kind: str, form: str) -> Cast:
    """Cast piece by piece, so that a few bad cells make only their pieces slow."""
    pieces = [text.slice(start, _PIECE) for start in range(0, len(text), _PIECE)]
    quick = [_quick(piece, kind, form) for piece in pieces]
    slow = [piece for piece, values in zip(pieces, quick, strict=True) if values is None]
    if not slow:
        return pa.concat_arrays(quick), None
    exact, misfits = _exact(pa.concat_arrays(slow), kind, form)
    values, bad, taken = [], np.zeros(len(text), bool), 0
    for number, piece in enumerate(pieces):
        found = quick[number]
        if found is None:
            found = exact.slice(taken, len(piece))
            if misfits is not None:
                start = number * _PIECE
                bad[start : start + len(piece)] = misfits[taken : taken + len(piece)]
            taken += len(piece)
        values.append(found)
    return pa.concat_arrays(values), bad if bad.any() else None


def _holds(text: pa.StringArray, letters: str) -> bool:
    offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
    if not len(text) or text.buffers()[2] is None:
        return False
    data = np.frombuffer(text.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return any(bool((data == ord(letter)).any()) for letter in letters)


def _finite(values: pa.Array) -> Cast:
    if pa.types.is_floating(values.type):
        infinite = pc.is_inf(values).fill_null(fill_value=False).to_numpy(zero_copy_only=False)
        if infinite.any():
            return pc.if_else(pa.array(infinite), None, values), infinite
    return values, None


def _matching(text: pa.StringArray, pattern: str, to: pa.DataType) -> Cast:
    fits = pc.match_substring_regex(text, pattern)
    if pa.types.is_integer(to):
        # Arrow reads no plus sign in whole numbers.
        text = pc.replace_substring_regex(text, r"\A\+", "")
    values, infinite = _finite(pc.if_else(fits, text, pa.scalar(None, pa.string())).cast(to))
    bad = _misfits(fits)
    if infinite is not None:
        bad |= infinite
    return values, bad if bad.any() else None


def _misfits(fits: pa.BooleanArray) -> Mask:
    mask: Mask = pc.invert(fits).fill_null(fill_value=False).to_numpy(zero_copy_only=False).copy()
    return mask


def _trimmed(text: pa.StringArray) -> pa.StringArray:
    return pc.utf8_trim_whitespace(text)


def _boolean(text: pa.StringArray) -> Cast:
    lower = pc.utf8_lower(_trimmed(text))
    is_true = pc.is_in(lower, pa.array(TRUE))
    known = pc.or_(is_true, pc.is_in(lower, pa.array(FALSE)))
    values = pc.if_else(known, is_true, pa.scalar(None, pa.bool_()))
    bad = pc.and_not(text.is_valid(), known).to_numpy(zero_copy_only=False)
    return values, bad if bad.any() else None


def _time(text: pa.StringArray, kind: str, form: str) -> Cast:
    to = arrow_type(kind, form)
    parts = pc.extract_regex(_trimmed(text), _pattern(kind, form))
    good = parts.is_valid().to_numpy(zero_copy_only=False)
    seconds, exists = _moments({f.name: parts.field(f.name) for f in parts.type}, len(text))
    good = good & exists
    moments = pa.array(seconds, mask=~good).view(pa.timestamp("us"))
    values = moments.cast(to) if to != pa.timestamp("us", tz="UTC") else moments.view(to)
    bad = text.is_valid().to_numpy(zero_copy_only=False) & ~good
    return values, bad if bad.any() else None


@cache
def _pattern(kind: str, form: str) -> str:
    pattern = _FORMATS.get((kind, form))
    if pattern is None:
        pieces = re.split(r"(%[A-Za-z])", form)
        pattern = "".join(_DIRECTIVES.get(piece, re.escape(piece)) for piece in pieces)
    return rf"\A{pattern}\z"


def _moments(parts: dict[str, pa.Array], length: int) -> tuple[npt.NDArray[np.int64], Mask]:
    """Return microseconds since 1970 and which of them are real days and times."""

    def part(name: str, default: int) -> npt.NDArray[np.int64]:
        if name not in parts:
            return np.full(length, default, np.int64)
        text = pc.if_else(pc.equal(parts[name], ""), None, parts[name])
        values: npt.NDArray[np.int64] = text.fill_null(str(default)).cast(pa.int64()).to_numpy()
        return values

    year, month, day = part("Y", 1970), part("m", 1), part("d", 1)
    hour, minute, second = part("H", 0), part("M", 0), part("S", 0)
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    same_month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) == months
    exists = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & same_month
    exists &= (hour < 24) & (minute < 60) & (second < 60)
    total = ((days * 24 + hour) * 60 + minute) * 60 + second - _zone(parts, length)
    return total * 1_000_000 + _fraction(parts, length), exists


def _fraction(parts: dict[str, pa.Array], length: int) -> npt.NDArray[np.int64]:
    if "f" not in parts:
        return np.zeros(length, np.int64)
    digits = pc.utf8_rpad(pc.utf8_slice_codeunits(parts["f"], 1), 6, "0")
    micros: npt.NDArray[np.int64] = digits.fill_null("0").cast(pa.int64()).to_numpy()
    return micros


def _zone(parts: dict[str, pa.Array], length: int) -> npt.NDArray[np.int64]:
    """Return the seconds that a zone is ahead of UTC."""
    if "z" not in parts:
        return np.zeros(length, np.int64)
    plain = pc.replace_substring(parts["z"], ":", "")
    plain = pc.if_else(pc.is_in(plain, pa.array(["Z", "", None])), "+0000", plain)
    hours = pc.utf8_slice_codeunits(plain, 1, 3).cast(pa.int64()).to_numpy()
    minutes = pc.utf8_slice_codeunits(plain, 3, 5).cast(pa.int64()).to_numpy()
    sign = np.where(pc.starts_with(plain, "-").to_numpy(zero_copy_only=False), -1, 1)
    ahead: npt.NDArray[np.int64] = sign * (hours * 3600 + minutes * 60)
    return ahead
