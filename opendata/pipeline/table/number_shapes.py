"""How the numbers of a column are written, found over all of them together.

`587.100` alone may be half a million people or a mark of 587.1; with `1.234.567` or `12,5` beside
it, it is the first. What no value proves stays text: a type that is missing can be added by a
schema, a number that is wrong by a thousand is found by nobody.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table.decision import Decision
from opendata.pipeline.table.numbers import SPACES
from opendata.pipeline.table.octets import octets
from opendata.pipeline.table.typed import Mask, holds, trimmed

_HEAD = "-?[1-9][0-9]{0,2}"
_UNITS = "(0|[1-9][0-9]{0,20})"
# Each value is of the first shape that it matches.
_SHAPES = {
    "zeros": r"[+-]?0[0-9]+([.,][0-9]*)?",
    "plus": r"\+[0-9][0-9 .,]*",
    "long": r"-?[1-9][0-9]{15,}",
    "large": r"-?[1-9][0-9]{3,14}",
    "plain": r"-?(0|[1-9][0-9]{0,2})",
    "point?": rf"{_HEAD}\.[0-9]{{3}}",
    "points": rf"{_HEAD}(\.[0-9]{{3}}){{2,5}}",
    "point": rf"-?({_UNITS}\.[0-9]*|\.[0-9]+|{_UNITS}(\.[0-9]*)?[eE][+-]?[0-9]{{1,2}})",
    "comma?": rf"{_HEAD},[0-9]{{3}}",
    "commas": rf"{_HEAD}(,[0-9]{{3}}){{2,5}}",
    "comma": f"-?({_UNITS},[0-9]*|,[0-9]+)",
    "points,comma": rf"{_HEAD}(\.[0-9]{{3}}){{1,5}},[0-9]+",
    "commas.point": rf"{_HEAD}(,[0-9]{{3}}){{1,5}}\.[0-9]+",
    "spaces": f"{_HEAD}({SPACES}[0-9]{{3}}){{1,5}}",
    "spaces,comma": f"{_HEAD}({SPACES}[0-9]{{3}}){{1,5}},[0-9]+",
    "spaces.point": rf"{_HEAD}({SPACES}[0-9]{{3}}){{1,5}}\.[0-9]+",
}
_CODES = {"zeros": "leading-zeros", "long": "long-digits", "plus": "plus-signs"}
# (decimal mark, mark between thousands): the shapes that are numbers under it.
_FORMATS = {
    (".", ""): {"point?", "point"},
    (",", ""): {"comma?", "comma"},
    (",", "."): {"point?", "points", "comma?", "comma", "points,comma"},
    (".", ","): {"comma?", "commas", "point?", "point", "commas.point"},
    (".", " "): {"point?", "point", "spaces", "spaces.point"},
    (",", " "): {"comma?", "comma", "spaces", "spaces,comma"},
}
_WHOLE = {"large", "plain"}
_GROUPED = {".": {"point?", "points"}, ",": {"comma?", "commas"}, " ": {"spaces"}, "": set[str]()}
_PERCENT = r"\s*%\z"
# Telephones and identity numbers in groups are all equally long; amounts of money hardly ever are.
_TELEPHONE_LENGTHS = range(11, 15)
_TELEPHONE_SHAPES = {"points", "commas", "spaces"}


class NumberShapes:
    """The shapes met so far in one column."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._endings: set[str] = set()  # "%" and "" for none
        self._lengths: set[int] = set()
        self.low, self.high = float("inf"), float("-inf")  # of the whole numbers

    def add(self, text: pa.StringArray) -> Mask | None:
        """Note the shapes of these texts; return which are no numbers at all."""
        if self._add_quickly(text):
            self._endings.add("")
            return None
        self.low = float("-inf")  # not known any more
        bare = trimmed(text).drop_null()
        is_percent = pc.match_substring_regex(bare, _PERCENT)
        self._endings.update("%" if one else "" for one in pc.unique(is_percent).to_pylist())
        bare = pc.replace_substring_regex(bare, _PERCENT, "")
        fits = pc.match_substring_regex(bare, _any_of(self._seen))
        if not pc.all(fits).as_py():
            self._note(bare.filter(pc.invert(fits)))
            fits = pc.match_substring_regex(bare, _any_of(self._seen))
        if self._seen & _TELEPHONE_SHAPES and len(self._lengths) < 2:
            lengths = pc.min_max(pc.utf8_length(bare)).as_py()
            self._lengths |= {lengths["min"], lengths["max"]}
        if pc.all(fits).as_py():
            return None
        bad = np.zeros(len(text), bool)
        bad[text.is_valid().to_numpy(zero_copy_only=False)] = ~fits.to_numpy(zero_copy_only=False)
        return bad

    def decision(self, *, is_decimal: bool = False) -> Decision:
        """Return what the column is, as all its values together say.

        `is_decimal`: something else says that a lone dot or comma begins a fraction, as with
        degrees of latitude.
        """
        for shape, why in _CODES.items():
            if shape in self._seen:
                return Decision("string", why=why)
        if len(self._endings) > 1:
            return Decision("string", why="mixed")
        if self._are_telephones():
            return Decision("string", why="telephone-like")
        if self._seen <= _WHOLE:
            return self._decided(".", "", "all-values-fit")
        return self._by_format(is_decimal=is_decimal)

    def _by_format(self, *, is_decimal: bool) -> Decision:
        marked = self._seen - _WHOLE
        fitting = [marks for marks, shapes in _FORMATS.items() if marked <= shapes]
        if not fitting:
            return Decision("string", why="several-number-formats")
        if len({decimal for decimal, _ in fitting}) > 1 and marked & {"point?", "comma?"}:
            # 1500 without a mark tells that 6.157 beside it has no thousands: programs write so.
            is_plain = marked == {"point?"} and ("large" in self._seen or is_decimal)
            if is_plain or (is_decimal and marked == {"comma?"}):
                fitting = [marks for marks in fitting if not marks[1]]
            else:
                return Decision("string", why="ambiguous-thousands")
        decimal, group = fitting[0]
        why = "thousands" if group else "decimal-comma" if decimal == "," else "all-values-fit"
        return self._decided(decimal, group, why)

    def _decided(self, decimal: str, group: str, why: str) -> Decision:
        is_whole = self._seen <= _WHOLE | _GROUPED[group]
        options = {}
        if decimal != "." and not is_whole:
            options["decimalChar"] = decimal
        if group:
            options["groupChar"] = group
        if self._endings == {"%"}:
            options["bareNumber"] = "false"
            return Decision("number", options=options, why="percent", unit="%")
        return Decision("integer" if is_whole else "number", options=options, why=why)

    def _are_telephones(self) -> bool:
        is_grouped = bool(self._seen & _TELEPHONE_SHAPES) and self._seen <= _TELEPHONE_SHAPES
        return is_grouped and len(self._lengths) == 1 and min(self._lengths) in _TELEPHONE_LENGTHS

    def _note(self, bare: pa.StringArray) -> None:
        for shape, pattern in _SHAPES.items():
            if not len(bare):
                return
            fits = pc.match_substring_regex(bare, rf"\A(?:{pattern})\z")
            if pc.any(fits).as_py():
                self._seen.add(shape)
                bare = bare.filter(pc.invert(fits))

    def _add_quickly(self, text: pa.StringArray) -> bool:
        """Note plain columns without a regular expression; False: it takes one."""
        try:
            return self._add_whole(text) or self._add_point(text)
        except pa.ArrowInvalid:
            return False

    def _add_whole(self, text: pa.StringArray) -> bool:
        if "point" in self._seen or holds(text, ".,xX+"):
            return False
        found = pc.min_max(text.cast(pa.int64())).as_py()
        if _largest(found) >= 10**15 or _has_leading_zeros(text):
            return False
        self.low, self.high = min(self.low, found["min"]), max(self.high, found["max"])
        self._seen.add("large" if _largest(found) >= 1000 else "plain")
        return True

    def _add_point(self, text: pa.StringArray) -> bool:
        # Where one fraction is certain, all numbers with one dot are read as it is.
        if "point" not in self._seen or holds(text, ",nNiI+"):
            return False
        found = pc.min_max(text.cast(pa.float64())).as_py()
        return _largest(found) < 10**15 and not _has_leading_zeros(text)


def _largest(found: dict[str, float]) -> float:
    return max(abs(found["min"]), abs(found["max"]))


def _any_of(shapes: set[str]) -> str:
    # Without a shape nothing matches: no text is both begun and not.
    return (
        rf"\A(?:{'|'.join(_SHAPES[shape] for shape in sorted(shapes))})\z" if shapes else r"\A\b\z"
    )


def _has_leading_zeros(text: pa.StringArray) -> bool:
    data, ends = octets(text)
    lengths = np.diff(ends)
    starts = ends[:-1][lengths > 1]
    if not (data[starts] <= ord("0")).any():
        return False
    is_signed = data[starts] == ord("-")
    starts = (starts + is_signed)[lengths[lengths > 1] > 1 + is_signed]
    starts = starts[data[starts] == ord("0")]
    return bool((data[starts + 1] >= ord("0")).any())
