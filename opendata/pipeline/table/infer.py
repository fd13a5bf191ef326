"""Types learned from the text of a whole file; a value that does not fit makes the column text.

What looks like a code stays text: leading zeros, plus signs, long digit strings, columns whose
name says code or telephone. So do numbers whose dots may be thousands (`587.100` people): a type
that is missing can be added by a schema, a number that is wrong by a thousand is found by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.readers.base import TextBatch
from opendata.pipeline.table import names
from opendata.pipeline.table.casts import DAY_FIRST, FALSE, TRUE, ZONED, cast

Kind = tuple[str, str]

_TEXT: Kind = ("string", "default")
_CANDIDATES: tuple[Kind, ...] = (
    ("integer", "default"),
    ("number", "default"),
    ("boolean", "default"),
    ("date", "default"),
    ("date", DAY_FIRST),
    ("datetime", "default"),
    ("datetime", ZONED),
)
# What a column may still become when a later value does not fit: a wider kind that holds all
# earlier values too.
_WIDER: dict[Kind, Kind] = {
    ("integer", "default"): ("number", "default"),
    ("date", "default"): ("datetime", "default"),
}
_CODE = r"\A\s*([+-]?0[0-9]|[+-]?[0-9]{16,}\s*\z|\+)"
_LONGEST_NUMBER = 15
_NUMBER_STARTS = tuple("0123456789+-.")  # of dates and times as well
_FEW = 50
_MAYBE_THOUSANDS = r"\A[+-]?(0|[1-9][0-9]{0,2}(\.[0-9]{3})?)\z"
_CODE_NAMES = re.compile(
    r"(^|_)(ma|ma_so|code|id_number|mst|cmnd|cccd|sdt|dt|dien_thoai|so_dien_thoai|phone|tel|fax"
    r"|zip|postcode|postal_code|so_tai_khoan)(_|$)"
)


def infer(header: Sequence[str], batches: Iterable[TextBatch]) -> list[Kind]:
    """Return the (kind, format) of each column after looking at every value."""
    columns = [_Column(label) for label in header]
    for batch in batches:
        for column, text in zip(columns, batch.columns, strict=True):
            column.add(text)
    return [column.kind() for column in columns]


class _Column:
    """What the values seen so far allow."""

    def __init__(self, label: str) -> None:
        self._is_code = _CODE_NAMES.search(names.ascii_name(label)) is not None
        self._kind: Kind | None = None
        self._has_plain_numbers = False

    def kind(self) -> Kind:
        found = self._kind or _TEXT
        if found[0] == "integer" and self._is_code:
            return _TEXT
        if found[0] == "number" and not self._has_plain_numbers:
            return _TEXT
        return found

    def add(self, text: pa.StringArray) -> None:
        if self._kind == _TEXT or text.null_count == len(text):
            return
        candidates = _CANDIDATES if self._kind is None else (self._kind, _WIDER.get(self._kind))
        # A few values tell most kinds off; only what is left is tried on the whole batch.
        few = text.drop_null().slice(0, _FEW)
        first = few[0].as_py().strip().lower()
        fitting = (
            kind
            for kind in candidates
            if kind
            and _may_be(kind, first)
            and cast(few, *kind)[1] is None
            and self._fits(text, kind)
        )
        self._kind = next(fitting, _TEXT)

    def _fits(self, text: pa.StringArray, kind: Kind) -> bool:
        values, misfits = cast(text, *kind)
        if misfits is not None:
            return False
        if kind[0] == "integer":
            self._has_plain_numbers |= pc.max(pc.abs(values)).as_py() >= 1000
        elif kind[0] == "number" and not self._has_plain_numbers:
            self._has_plain_numbers = not pc.all(
                pc.match_substring_regex(text, _MAYBE_THOUSANDS)
            ).as_py()
        return kind[0] not in ("integer", "number") or not _looks_like_codes(text)


def _may_be(kind: Kind, value: str) -> bool:
    """Say cheaply whether one value, trimmed and in small letters, does not rule a kind out."""
    if kind[0] == "boolean":
        return value in TRUE or value in FALSE
    if kind[0] in ("date", "datetime") and not ("-" in value or "/" in value):
        return False
    return value[:1] in _NUMBER_STARTS


def _looks_like_codes(text: pa.StringArray) -> bool:
    offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
    data = np.frombuffer(text.buffers()[2], np.uint8)
    lengths = np.diff(offsets)
    first = data[offsets[:-1][lengths > 0]]
    # Most columns are cleared by their first bytes and lengths, without a regular expression.
    is_plain = ((first >= ord("1")) & (first <= ord("9"))).all()
    if is_plain and int(lengths.max(initial=0)) <= _LONGEST_NUMBER:
        return False
    return bool(pc.any(pc.match_substring_regex(text, _CODE)).as_py())
