"""Whole numbers and numbers: decimal point or comma, thousands apart, a unit around them.

Thousands must stand in groups of three: `12,5` where commas part thousands is no 125.
"""

from __future__ import annotations

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table import doubts
from opendata.pipeline.table.typed import (
    Cast,
    Mask,
    Options,
    arrow_type,
    holds,
    kept,
    misfits,
    trimmed,
)

# What a space between thousands may be: people and typesetting programs use three.
SPACES = "[ \u00a0\u202f]"
_AROUND = r"\A[^0-9+\-.,]*|[^0-9]*\z"


def quick(text: pa.StringArray, kind: str, _form: str, options: Options) -> pa.Array | None:
    """Return the column the fast way, None where that may be wrong; may raise ArrowInvalid."""
    plain = _machine_written(text, kind, options)
    # Arrow also takes 0x1F as a whole number, and nan and inf as numbers.
    if plain is None or holds(plain, "xX" if kind == "integer" else "nNiI"):
        return None
    values = plain.cast(arrow_type(kind, ""))
    is_infinite = kind == "number" and pc.any(pc.is_inf(values)).as_py()
    return None if is_infinite else values


def doubtful(text: pa.StringArray, _kind: str, _form: str, options: Options) -> Mask | None:
    """Return the cells that `quick` may stumble over, None where that is not quickly seen."""
    return doubts.of_numbers(text, options)


def exact(text: pa.StringArray, kind: str, _form: str, options: Options) -> Cast:
    """Return the column and every cell that is no such number."""
    bare = trimmed(_bare(text, options))
    fits = pc.match_substring_regex(bare, _pattern(kind, _decimal(options), _group(options)))
    plain = _spelled(kept(bare, fits), options)
    if kind == "integer":
        # Arrow reads no plus sign in whole numbers.
        plain = pc.replace_substring_regex(plain, r"\A\+", "")
    values = plain.cast(arrow_type(kind, ""))
    if kind == "number":
        fits = pc.and_(fits, pc.is_finite(values))
        values = pc.if_else(fits, values, None)
    return values, misfits(text, fits)


def _machine_written(text: pa.StringArray, kind: str, options: Options) -> pa.StringArray | None:
    """Return the numbers as Arrow reads them, None where a cell may not be what it seems."""
    text, decimal, group = _bare(text, options), _decimal(options), _group(options)
    if group and _any_group(text, group):
        if not pc.all(pc.match_substring_regex(text, _pattern(kind, decimal, group))).as_py():
            return None
        return _spelled(text, options)
    if decimal == ".":
        return text
    return None if holds(text, ".") else pc.replace_substring(text, decimal, ".")


def _any_group(text: pa.StringArray, group: str) -> bool:
    if group.isascii() and len(group) == 1 and group != " ":
        return holds(text, group)
    return bool(pc.any(pc.match_substring_regex(text, _separator(group))).as_py())


def _bare(text: pa.StringArray, options: Options) -> pa.StringArray:
    if options.get("bareNumber") != "false":
        return text
    return pc.replace_substring_regex(text, _AROUND, "")


def _spelled(text: pa.StringArray, options: Options) -> pa.StringArray:
    group, decimal = _group(options), _decimal(options)
    if group == " ":
        text = pc.replace_substring_regex(text, _separator(group), "")
    elif group:
        text = pc.replace_substring(text, group, "")
    return text if decimal == "." else pc.replace_substring(text, decimal, ".")


def _decimal(options: Options) -> str:
    return options.get("decimalChar") or "."


def _group(options: Options) -> str:
    return options.get("groupChar", "")


def _separator(group: str) -> str:
    return SPACES if group == " " else re.escape(group)


@cache
def _pattern(kind: str, decimal: str, group: str) -> str:
    apart = f"|[0-9]{{1,3}}(?:{_separator(group)}[0-9]{{3}}){{1,5}}" if group else ""
    if kind == "integer":
        return rf"\A[+-]?(?:[0-9]{{1,18}}{apart})\z"
    point = re.escape(decimal)
    digits = rf"(?:[0-9]+{apart})(?:{point}[0-9]*)?|{point}[0-9]+"
    return rf"\A[+-]?(?:{digits})(?:[eE][+-]?[0-9]{{1,3}})?\z"
