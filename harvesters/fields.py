"""The fields of one object or row of a source, read one by one without trusting any of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from harvesters import mapping
from opendata.records import Distribution, Problem, Text, clean_text

_MAX_VALUE = 200  # characters of a bad value that a problem shows

Value = TypeVar("Value")


class Fields:
    """One JSON object or list row, read field by field: what does not fit becomes a `Problem`.

    Remembers which fields were asked for, so that it can tell which ones the mapping lost.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        problems: list[Problem],
        *,
        path: str = "",
        row: int | None = None,
    ) -> None:
        self._values = values
        self._problems = problems
        self._path = path
        self._row = row
        self._asked: set[str] = set()
        self._left_out: list[str] = []

    def raw(self, name: str) -> Any:
        """Return the value as it stands; None when it is absent or empty."""
        self._asked.add(name)
        return None if _is_empty(self._values.get(name)) else self._values[name]

    def text(self, *names: str) -> str:
        """Return the first of the fields that has a text; a number counts, with a problem."""
        return next(filter(None, map(self._text, names)), "")

    def url(self, name: str) -> str:
        """Return an http or https address, else nothing and a problem."""
        text = self._text(name)
        if text and not mapping.is_web_url(text):
            self.problem("bad-url", name, text, rule="type: http or https address")
            return ""
        return text

    def date(self, *names: str) -> date | None:
        """Return the first date among the fields; a bad one is a problem."""
        return self._parsed(names, mapping.parse_date)

    def moment(self, *names: str) -> datetime | None:
        """Return the first moment among the fields, in UTC; a bad one is a problem."""
        return self._parsed(names, mapping.parse_moment)

    def texts(self, name: str, *, language: str) -> Text:
        """Return NAME and NAME_translated as texts by language.

        A plain NAME counts as the language given; languages that the catalogue does not keep are
        left out and told as lost.
        """
        value = self.raw(name)
        found = self._by_language(name) if isinstance(value, dict) else {}
        for key, text in self._by_language(f"{name}_translated").items():
            found.setdefault(key, text)
        plain = "" if isinstance(value, dict) else self._text(name)
        if plain and plain not in found.values():
            found.setdefault(language, plain)
        kept = {key: found[key] for key in mapping.LANGUAGES if key in found}
        if found and not kept:
            # A text in another language is better than a record without a title.
            kept = {"und": found.pop(next(iter(found)))}
        self._left_out += [f"{name}.{key}" for key in found if key not in kept]
        return kept

    def items(self, name: str) -> list[Any]:
        """Return a list field; anything else is a problem."""
        value = self.raw(name)
        if value is None or isinstance(value, list):
            return value or []
        self.problem("wrong-type", name, value, rule="type: list")
        return []

    def names(self, name: str) -> tuple[str, ...]:
        """Return the `name` of each object of a list field, once each."""
        found: dict[str, None] = {}
        for index, item in enumerate(self.items(name)):
            text = item.get("name") if isinstance(item, dict) else item
            if isinstance(text, str):
                found[clean_text(text)] = None
            else:
                self.problem("wrong-type", f"{name}[{index}]", item, rule="type: text")
        return tuple(filter(None, found))

    def inner(self, name: str) -> Fields:
        """Return an object field as fields; anything else is a problem and counts as empty."""
        value = self.raw(name)
        if value is not None and not isinstance(value, dict):
            self.problem("wrong-type", name, value, rule="type: object")
        inner = value if isinstance(value, dict) else {}
        return Fields(inner, self._problems, path=f"{self._path}{name}.", row=self._row)

    def problem(self, code: str, name: str, value: object = "", *, rule: str = "") -> None:
        """Note what is wrong with a field; `rule` is what was expected of it."""
        shown = clean_text(value)[:_MAX_VALUE]
        self._problems.append(Problem(code, f"{self._path}{name}", shown, self._row, rule))

    def lost(self, *, known: Collection[str] = ()) -> list[str]:
        """Name the filled fields that nobody asked for; `known` ones carry nothing to keep."""
        return self._left_out + [
            clean_text(name)[:80]
            for name, value in self._values.items()
            if name not in self._asked and name not in known and not _is_empty(value)
        ]

    def _text(self, name: str) -> str:
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return clean_text(value)
        self.problem("wrong-type", name, value, rule="type: text")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return str(value) if is_number else ""

    def _parsed(self, names: Iterable[str], parse: Callable[[str], Value | None]) -> Value | None:
        for name in names:
            text = self._text(name)
            value = parse(text) if text else None
            if value is not None:
                return value
            if text:
                self.problem("bad-date", name, text, rule="type: date")
        return None

    def _by_language(self, name: str) -> Text:
        inner = self.inner(name)
        return {key: text for key in inner._values if (text := inner.text(key))}


def distinct(
    distributions: Iterable[tuple[Distribution, Fields]], *, id_field: str
) -> tuple[Distribution, ...]:
    """Keep one distribution a key: the first counts, each further one is a problem."""
    kept: dict[str, Distribution] = {}
    for distribution, fields in distributions:
        if distribution.key in kept:
            fields.problem("duplicate-id", id_field, distribution.key)
        else:
            kept[distribution.key] = distribution
    return tuple(kept.values())


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}
