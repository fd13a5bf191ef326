"""Text into typed columns, a whole column at once; what does not fit is told, never guessed.

Each cast first tries the fast way, which is right for clean columns, then again without the cells
that look odd, and falls back to one that finds every cell that does not fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table import numbers, periods, texts, times
from opendata.pipeline.table.times import DAY_FIRST, ZONED
from opendata.pipeline.table.typed import (
    NO_OPTIONS,
    Cast,
    Mask,
    Options,
    arrow_type,
    misfits,
    trimmed,
)

__all__ = ["DAY_FIRST", "KINDS", "ZONED", "Cast", "Mask", "Options", "arrow_type", "cast"]

TRUE = ("true", "có", "yes")
FALSE = ("false", "không", "no")
_PIECE = 256

Quick = Callable[[pa.StringArray, str, str, Options], pa.Array | None]
Doubtful = Callable[[pa.StringArray, str, str, Options], Mask | None]
Exact = Callable[[pa.StringArray, str, str, Options], Cast]


@dataclass(frozen=True)
class _Way:
    """`quick` casts clean columns, `exact` any; `doubtful`: cells that `quick` may stumble over."""

    quick: Quick
    exact: Exact
    doubtful: Doubtful = lambda *_: None


_NUMBERS = _Way(numbers.quick, numbers.exact, numbers.doubtful)
_TIMES = _Way(times.quick, times.exact, times.doubtful)
_WAYS = {
    "integer": _NUMBERS,
    "number": _NUMBERS,
    "date": _TIMES,
    "datetime": _TIMES,
    "time": _TIMES,
    "yearmonth": _Way(periods.quick, periods.exact),
}
# The kinds that a column can have, in the words of the Table Schema standard; `quarter` is ours.
KINDS = (
    *_WAYS,
    *("string", "boolean", "year", "quarter", "duration", "geopoint", "geojson"),
    *("object", "array", "list", "any"),
)


def cast(
    text: pa.StringArray, kind: str, form: str = "default", options: Options = NO_OPTIONS
) -> Cast:
    """Return the column as `kind`; cells that do not fit are null in it and true in the mask.

    Kinds that stay text keep such a cell; the mask tells it all the same.
    """
    if kind in _WAYS:
        return _in_steps(text, kind, form, options)
    if kind in ("year", "quarter"):
        return periods.exact(text, kind, form, options)
    if kind == "boolean":
        return _boolean(text, options)
    if kind == "list":
        return _list(text, options)
    return texts.checked(text, kind, form)


def _quick(text: pa.StringArray, kind: str, form: str, options: Options) -> pa.Array | None:
    """Return the column the fast way, None when that may be wrong for any of its cells."""
    try:
        return _WAYS[kind].quick(text, kind, form, options)
    except pa.ArrowInvalid:
        return None


def _in_steps(text: pa.StringArray, kind: str, form: str, options: Options) -> Cast:
    """Cast whole, else without what looks odd, else piece by piece."""
    whole = _quick(text, kind, form, options)
    if whole is not None:
        return whole, None
    odd = _WAYS[kind].doubtful(text, kind, form, options)
    if odd is None:
        return _piecewise(text, kind, form, options)
    mask = pa.array(odd)
    rest = _quick(pc.if_else(mask, None, text), kind, form, options)
    if rest is None:
        return _piecewise(text, kind, form, options)
    values, bad = _WAYS[kind].exact(text.filter(mask), kind, form, options)
    values = pc.replace_with_mask(rest, mask, values)
    if bad is None:
        return values, None
    odd[odd] = bad
    return values, odd


def _piecewise(text: pa.StringArray, kind: str, form: str, options: Options) -> Cast:
    """Cast piece by piece, so that a few bad cells make only their pieces slow."""
    pieces = [text.slice(start, _PIECE) for start in range(0, len(text), _PIECE)]
    quick = [_quick(piece, kind, form, options) for piece in pieces]
    slow = [piece for piece, values in zip(pieces, quick, strict=True) if values is None]
    if not slow:
        return _joined(quick, kind, form), None
    exact, found_bad = _WAYS[kind].exact(pa.concat_arrays(slow), kind, form, options)
    values, bad, taken = [], np.zeros(len(text), bool), 0
    for number, piece in enumerate(pieces):
        found = quick[number]
        if found is None:
            found = exact.slice(taken, len(piece))
            if found_bad is not None:
                start = number * _PIECE
                bad[start : start + len(piece)] = found_bad[taken : taken + len(piece)]
            taken += len(piece)
        values.append(found)
    return _joined(values, kind, form), bad if bad.any() else None


def _joined(pieces: list[pa.Array], kind: str, form: str) -> pa.Array:
    return pa.concat_arrays(pieces) if pieces else pa.array([], arrow_type(kind, form))


def _boolean(text: pa.StringArray, options: Options) -> Cast:
    """`trueValues` and `falseValues` are taken to the letter, the usual words in any case."""
    plain = trimmed(text)
    if "trueValues" in options or "falseValues" in options:
        true = options.get("trueValues", "true|True|TRUE|1").split("|")
        false = options.get("falseValues", "false|False|FALSE|0").split("|")
    else:
        # 1 and 0 are of the standard; never learned, as whole numbers are tried first.
        plain, true, false = pc.utf8_lower(plain), [*TRUE, "1"], [*FALSE, "0"]
    is_true = pc.is_in(plain, pa.array(true, pa.string()))
    known = pc.or_(is_true, pc.is_in(plain, pa.array(false, pa.string())))
    return pc.if_else(known, is_true, pa.scalar(None, pa.bool_())), misfits(text, known)


def _list(text: pa.StringArray, options: Options) -> Cast:
    items, rows = texts.split(text, options)
    _, bad_items = cast(items, options.get("itemType") or "string")
    if bad_items is None:
        return text, None
    bad = np.zeros(len(text), bool)
    bad[rows.to_numpy()[bad_items]] = True
    return text, bad
