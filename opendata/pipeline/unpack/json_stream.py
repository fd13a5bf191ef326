"""A JSON document read as a stream: objects are walked, arrays handed out item by item.

What is held is one item, and what lies around it in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opendata.pipeline.unpack.json_values import DECODER, Number

Way = tuple[str, ...]

_CHUNK = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")
# Objects within objects that are walked; deeper ones are values.
_DEEPEST = 4
# A decoder that runs out of text says so at most this far from its end, but for open texts.
_TAIL = 16
_OPEN_TEXT = "Unterminated string"


class JsonText:
    """Text in UTF-8 with a place in it. All methods raise `ValueError` for what is no JSON, and
    `RecursionError` for what is nested too deeply."""

    def __init__(self, path: Path) -> None:
        self._file = path.open(encoding="utf-8-sig", newline="")
        self._text = ""
        self._at = 0
        self._before = 0
        self._is_end = False

    def __enter__(self) -> JsonText:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def place(self) -> int:
        """How many characters have been passed."""
        return self._before + self._at

    def next(self) -> str:
        """Return the next character that is no space, nothing at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text) or self._is_end:
                return self._text[self._at : self._at + 1]
            self._more()

    def take(self, expected: str) -> str:
        """Pass the next character, one of `expected`, and return it."""
        found = self.next()
        if not found or found not in expected:
            raise ValueError(f"one of {expected} was expected at character {self.place}")
        self._at += 1
        return found

    def value(self) -> Any:
        """Pass one whole value and return it."""
        self.next()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as err:
                is_cut = err.msg.startswith(_OPEN_TEXT) or err.pos > len(self._text) - _TAIL
                if self._is_end or not is_cut:
                    place = self._before + err.pos
                    raise ValueError(f"{err.msg} at character {place}") from err
            else:
                # A number may go on behind what is held.
                if end < len(self._text) or self._is_end or not isinstance(value, (Number, str)):
                    self._at = end
                    return value
            self._more()

    def items(self) -> Iterator[Any]:
        """Yield the values of an array, which comes next."""
        self.take("[")
        while self.next() != "]":
            yield self.value()
            if self.next() != "]":
                self.take(",")
        self.take("]")

    def members(self) -> Iterator[str]:
        """Yield the names in an object, which comes next; each value must then be passed."""
        self.take("{")
        while self.next() != "}":
            name = self.value()
            if type(name) is not str:
                raise ValueError(f"a name was expected at character {self.place}")
            self.take(":")
            yield name
            if self.next() != "}":
                self.take(",")
        self.take("}")

    def _more(self) -> None:
        """Hold more text; twice as much each time, so that a long value is not tried too often."""
        rest = self._text[self._at :]
        self._before += self._at
        more = self._file.read(max(_CHUNK, len(rest)))
        self._is_end = not more
        self._text, self._at = rest + more, 0


def walk(text: JsonText, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Yield each array, as an iterator to be exhausted, and each other value, with its way."""
    if text.next() == "[":
        yield way, text.items()
    elif text.next() == "{" and len(way) < _DEEPEST:
        for name in text.members():
            yield from walk(text, (*way, name))
    else:
        yield way, text.value()
