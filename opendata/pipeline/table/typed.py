"""What all casts share: what they take and give, and small steps on whole columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table.octets import octets

Mask = npt.NDArray[np.bool_]
Cast = tuple[pa.Array, Mask | None]  # the values, and which cells do not fit (None: all fit)
Options = Mapping[str, str]  # of a kind, as `plan.ColumnPlan` describes them
NO_OPTIONS: Options = MappingProxyType({})


def arrow_type(kind: str, form: str) -> pa.DataType:
    """Return how a column of a kind is stored; months, quarters and shapes as text."""
    if kind == "datetime":
        return pa.timestamp("us", tz="UTC") if form.endswith("%z") else pa.timestamp("us")
    types = {
        "integer": pa.int64(),
        "year": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "time": pa.time64("us"),
    }
    return types.get(kind, pa.string())


def trimmed(text: pa.StringArray) -> pa.StringArray:
    """Return the texts without white space around them."""
    return pc.utf8_trim_whitespace(text)


def kept(text: pa.StringArray, fits: pa.BooleanArray) -> pa.StringArray:
    """Return the texts that fit; the others as null."""
    return pc.if_else(fits, text, pa.scalar(None, pa.string()))


def misfits(text: pa.StringArray, fits: pa.BooleanArray) -> Mask | None:
    """Return which texts are there and do not fit; `fits` may be null. None: all fit."""
    is_bad = pc.and_not(text.is_valid(), fits.fill_null(fill_value=False))
    mask: Mask = is_bad.to_numpy(zero_copy_only=False).copy()
    return mask if mask.any() else None


def holds(text: pa.StringArray, letters: str) -> bool:
    """Say quickly whether any of these ASCII characters is anywhere in the column."""
    data, _ = octets(text)
    return any(bool((data == ord(letter)).any()) for letter in letters)
