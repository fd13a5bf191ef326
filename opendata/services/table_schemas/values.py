"""Parts of a JSON document, taken with a sentence where they are of another shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """Return a JSON object; raise ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} must be an object, but is {_shown(value)}")
    return value


def items(value: Any, what: str) -> list[Any]:
    """Return a JSON array; raise ValueError."""
    if not isinstance(value, list):
        raise ValueError(f"{what} must be a list, but is {_shown(value)}")
    return value


def text(value: Any, what: str) -> str:
    """Return a text; raise ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{what} must be a text, but is {_shown(value)}")
    return value


def texts(value: Any, what: str) -> tuple[str, ...]:
    """Return a list of texts; raise ValueError."""
    return tuple(text(item, what) for item in items(value, what))


def names(value: Any, what: str) -> tuple[str, ...]:
    """Return one name or a list of names as a tuple; raise ValueError."""
    return (value,) if isinstance(value, str) else texts(value, what)


def flag(value: Any, what: str) -> bool:
    """Return true or false; raise ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"{what} must be true or false, but is {_shown(value)}")
    return value


def one_of(value: Any, known: tuple[str, ...], what: str) -> str:
    """Return a word of a closed list; raise ValueError."""
    if value not in known:
        raise ValueError(f"{what} must be one of {', '.join(known)}, but is {_shown(value)}")
    return str(value)


def written(value: Any) -> str:
    """Return a value of a document as a cell of a file would write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:80]
