"""The constraints of a field; what could not be checked is refused, never passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from opendata.services.table_schemas import values
from opendata.services.table_schemas.model import Category, Constraints

_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LENGTHS = ("minLength", "maxLength")
_KNOWN = ("required", "unique", "enum", "pattern", *_LIMITS, *_LENGTHS)
_NUMERIC = ("integer", "number", "year")
_LIMITED = (*_NUMERIC, "date", "datetime", "time", "yearmonth", "duration")
_MEASURED = ("string", "array", "object", "list", "any")
_ENUM_SIGN = "|"


def constraints(
    rules: Any, kind: str, options: Mapping[str, str], categories: tuple[Category, ...]
) -> Constraints:
    """Read the constraints of a field of type `kind`; raise ValueError."""
    found = values.mapping(rules, "constraints")
    for rule in found:
        values.one_of(rule, _KNOWN, "a constraint")
    limits = {rule: _limit(found, rule, kind, options) for rule in _LIMITS}
    return Constraints(
        required=values.flag(found.get("required", False), "required"),
        unique=values.flag(found.get("unique", False), "unique"),
        enum=_enum(found.get("enum"), options, categories),
        pattern=_pattern(found.get("pattern", "")),
        minimum=limits["minimum"],
        maximum=limits["maximum"],
        exclusive_minimum=limits["exclusiveMinimum"],
        exclusive_maximum=limits["exclusiveMaximum"],
        min_length=_length(found, "minLength", kind),
        max_length=_length(found, "maxLength", kind),
    )


def _pattern(value: Any) -> str:
    pattern = values.text(value, "pattern")
    try:
        # Linear-time patterns only: what RE2 refuses could hang a checker that backtracks.
        pc.match_substring_regex(pa.nulls(1, pa.string()), pattern)
    except pa.ArrowInvalid as err:
        raise ValueError(
            f"the pattern {pattern!r} cannot be run by RE2, which has no look-ahead and no back "
            f"references ({err}); write it without them"
        ) from err
    return pattern


def _enum(
    value: Any, options: Mapping[str, str], categories: tuple[Category, ...]
) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(_ENUM_SIGN))
    if value is None:
        return tuple(category.value for category in categories)
    listed = values.items(value, "enum")
    if not listed:
        raise ValueError("enum is empty, so that no value would do")
    return tuple(_as_written(item, options) for item in listed)


def _limit(
    rules: Mapping[str, Any], rule: str, kind: str, options: Mapping[str, str]
) -> str | None:
    if rules.get(rule) is None:
        return None
    if kind not in _LIMITED:
        raise ValueError(f"{rule} does not apply to values of type {kind}")
    if kind in _NUMERIC:
        _is_number(rules[rule], rule, options)
    return _as_written(rules[rule], options)


def _is_number(value: Any, rule: str, options: Mapping[str, str]) -> None:
    text = _as_written(value, options).replace(options.get("groupChar", ""), "")
    try:
        float(text.replace(options.get("decimalChar", "."), "."))
    except ValueError as err:
        raise ValueError(f"{rule} must be a number, but is {values.written(value)}") from err


def _as_written(value: Any, options: Mapping[str, str]) -> str:
    """Return a value as the file writes it: the numbers of JSON get the field's decimal sign."""
    text = values.written(value)
    return text.replace(".", options.get("decimalChar", ".")) if isinstance(value, float) else text


def _length(rules: Mapping[str, Any], rule: str, kind: str) -> int | None:
    count = rules.get(rule)
    if count is None:
        return None
    if kind not in _MEASURED:
        raise ValueError(f"{rule} does not apply to values of type {kind}")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ValueError(f"{rule} must be a whole number, but is {values.written(count)}")
    return count
