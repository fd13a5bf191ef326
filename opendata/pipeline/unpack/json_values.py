"""Values of JSON with their text kept: 1.10 stays `1.10`, and no integer is too long.

A record is an object without objects in it: what is nested is named by its way down, joined by
`STEP`; lists stay as JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

# Stands where the label has a dot, so that a name with a dot in it is another name.
STEP = "\x1f"
_DEEPEST = 6
_LONGEST_INTEGER = 18  # digits that 64 bits always hold

Record = dict[str, Any]


class Number(str):
    """The text of a number."""

    __slots__ = ()


class Integer(Number):
    """The text of a whole number of 64 bits."""

    __slots__ = ()


def _integer(text: str) -> Number | str:
    # A longer one is rather a code than a quantity; as text it loses no digit.
    return Integer(text) if len(text) <= _LONGEST_INTEGER else text


def _constant(text: str) -> Number | None:
    return None if text == "NaN" else Number(text)


def _record(pairs: list[tuple[str, Any]]) -> Record:
    """Return an object; a name that stands twice in it has all its values, as a list."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for name in found:
            values = [value for other, value in pairs if other == name]
            found[name] = values if len(values) > 1 else values[0]
    return found


# Line breaks within texts are an error that many writers make and that misleads nobody.
DECODER = json.JSONDecoder(
    object_pairs_hook=_record,
    parse_float=Number,
    parse_int=_integer,
    parse_constant=_constant,
    strict=False,
)


def to_text(value: Any) -> str:
    """Return a value as JSON, numbers as they were written."""
    return "".join(_parts(value))


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, Number):
        yield value
    elif isinstance(value, list):
        yield "["
        for place, item in enumerate(value):
            yield ", " * (place > 0)
            yield from _parts(item)
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        for place, (name, item) in enumerate(value.items()):
            yield f"{', ' * (place > 0)}{json.dumps(name, ensure_ascii=False)}: "
            yield from _parts(item)
        yield "}"
    else:
        yield json.dumps(value, ensure_ascii=False)


def flat(record: Record) -> Record:
    """Return a record of the values of an object, however nested; the object itself if it is one.

    An empty object leaves nothing; below a sensible depth objects stay as they are.
    """
    if not any(type(value) is dict for value in record.values()):
        return record
    found: Record = {}
    _add(found, record, "", _DEEPEST)
    return found


def _add(found: Record, record: Record, above: str, depth: int) -> None:
    for name, value in record.items():
        way = f"{above}{STEP}{name}" if above and name else above or name
        if type(value) is dict and depth:
            _add(found, value, way, depth - 1)
        else:
            found[way] = value


def label(way: str) -> str:
    """Return the label of a value by its way down: `address.ward`."""
    return way.removeprefix(STEP).replace(STEP, ".")
