"""One key an order, for an engine that sorts by one column: the value, then the id, upwards."""

from __future__ import annotations

from opendata.search import fields
from opendata.search.base import SearchDocument
from opendata.search.fields import Field

# Below every letter, so that a title comes before the longer title it begins.
_SEPARATOR = "\0"
_DIGITS = 19
_BEYOND_ALL = 10**18
# So many digits are a whole number of 64 bits.
_PLACE_DIGITS = 18


def key(document: SearchDocument, field: Field) -> str:
    """Return the place of a document in the order of `field`; no two documents share one."""
    value = next(iter(fields.values(document, field)), "")
    if field.kind == "date":
        value = _newest_first(value)
    elif field.kind == "number":
        value = _highest_first(value)
    return f"{value}{_SEPARATOR}{document['id']}"


def identifier(made: str) -> str:
    """Return the id in a key."""
    return made.rpartition(_SEPARATOR)[2]


def place(made: str) -> int:
    """Return how a key begins as a number: it never falls where keys rise, and few keys share one.

    Keys are digits, but for one that was not made here: that one stands first.
    """
    head = made.partition(_SEPARATOR)[0][:_PLACE_DIGITS]
    return int(head.ljust(_PLACE_DIGITS, "0")) if head.isascii() and head.isdigit() else 0


def _newest_first(value: str) -> str:
    """Turn an ISO date into digits that grow with age; no date at all comes last."""
    if not value:
        return "9" * _DIGITS
    return _downwards(fields.moment(value))


def _highest_first(value: str) -> str:
    """Turn a count into digits that grow as it falls; no count is 0."""
    return _downwards(int(value or 0))


def _downwards(number: int) -> str:
    return f"{_BEYOND_ALL - number:0{_DIGITS}d}"
