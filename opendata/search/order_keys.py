"""One key an order, for an engine that sorts by one column: the value, then the id, upwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opendata.search import fields
from opendata.search.base import SearchDocument
from opendata.search.fields import Field

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Below every letter, so that a title comes before the longer title it begins.
_SEPARATOR = "\0"
_DIGITS = 19
_BEYOND_ALL_DATES = 10**18


def key(document: SearchDocument, field: Field) -> str:
    """Return the place of a document in the order of `field`; no two documents share one."""
    value = next(iter(fields.values(document, field)), "")
    if field.kind == "date":
        value = _newest_first(value)
    return f"{value}{_SEPARATOR}{document['id']}"


def identifier(made: str) -> str:
    """Return the id in a key."""
    return made.rpartition(_SEPARATOR)[2]


def _newest_first(value: str) -> str:
    """Turn an ISO date into digits that grow with age; no date at all comes last."""
    if not value:
        return "9" * _DIGITS
    moment = datetime.fromisoformat(value)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    age = _BEYOND_ALL_DATES - (aware - _EPOCH) // timedelta(microseconds=1)
    return f"{age:0{_DIGITS}d}"
