"""What a column of text may be, tried in order, the surest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import pyarrow as pa

from opendata.pipeline.table import meaning
from opendata.pipeline.table.casts import DAY_FIRST, FALSE, TRUE, ZONED, cast
from opendata.pipeline.table.decision import Decision
from opendata.pipeline.table.number_shapes import NumberShapes
from opendata.pipeline.table.typed import Mask

# A look at a few values in small letters spares most columns all but one or two casts.
_LOOKS = 5
_NUMBER_LOOK = re.compile(r"[-+.,]?\d[\d.,e\s+-]*%?")
_DATES = tuple(
    (kind, form + time, re.compile(rf"\d{{1,2}}{mark}\d{{1,2}}{mark}\d{{4}}{look}"))
    for mark, form in (("/", DAY_FIRST), ("-", "%d-%m-%Y"), (r"\.", "%d.%m.%Y"))
    for kind, time, look in (
        ("date", "", ""),
        ("datetime", " %H:%M", r" \d{1,2}:\d\d"),
        ("datetime", " %H:%M:%S", r" \d{1,2}:\d\d:\d\d"),
    )
)
_YEAR = r"(1[89]\d\d|20\d\d|2100)"
_KINDS = (
    ("boolean", "default", re.compile("|".join((*TRUE, *FALSE)))),
    ("date", "default", re.compile(r"\d{4}-\d\d-\d\d")),
    *_DATES,
    ("datetime", "default", re.compile(r"\d{4}-\d\d-\d\d([t ]\d\d:\d\d.*)?")),
    ("datetime", ZONED, re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d.*(z|[+-]\d\d:?\d\d)")),
    ("yearmonth", "default", re.compile(rf"{_YEAR}-\d\d")),
    ("yearmonth", "any", re.compile(rf"{_YEAR}[-/]\d\d?|(th?[^\W\d]*\W*)?\d\d?\W.*{_YEAR}")),
    ("quarter", "default", re.compile(rf"{_YEAR}-q[1-4]")),
    ("quarter", "any", re.compile(rf"q.*{_YEAR}|{_YEAR}.*q.*")),
    ("time", "default", re.compile(r"\d\d?:\d\d(:\d\d(\.\d+)?)?")),
)
# What a column may still become when a later value does not fit: a wider kind that holds all
# earlier values too.
_WIDER = {
    ("date", "default"): ("datetime", "default"),
    ("yearmonth", "default"): ("yearmonth", "any"),
    ("quarter", "default"): ("quarter", "any"),
}
# A candidate is worth counting the misfits of a column if so many of its first values fit.
_MOST = 0.8


class Candidate(Protocol):
    """One reading of a column, held against batch after batch."""

    def add(self, text: pa.StringArray) -> Mask | None:
        """Return which of these texts do not fit; None: all do."""

    def wider(self) -> Candidate | None:
        """Return a reading that also fits all that this one did, if there is one."""

    def decision(self) -> Decision:
        """Return what the column is if all fitted."""


def likeliest(name: str, few: pa.StringArray) -> Candidate | None:
    """Return the first candidate that fits these values of a column, else one that most fit."""
    best, most = None, _MOST * len(few)
    looks = [value.strip().lower() for value in few.slice(0, _LOOKS).to_pylist()]
    for candidate in _candidates(name, looks):
        bad = candidate.add(few)
        if bad is None:
            return candidate
        if len(few) - bad.sum() > most:
            best, most = candidate, len(few) - bad.sum()
    return best


def _candidates(name: str, looks: list[str]) -> Iterator[Candidate]:
    if meaning.is_day(name) and all(len(look) == 8 for look in looks):
        yield _Typed("date", "%Y%m%d")
    if any(_NUMBER_LOOK.fullmatch(look) for look in looks):
        yield _Numbers(name)
    for kind, form, pattern in _KINDS:
        if any(pattern.fullmatch(look) for look in looks):
            yield _Typed(kind, form)


class _Numbers:
    """Whole numbers, numbers, years; the values of `add` are all noted."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shapes = NumberShapes()

    def add(self, text: pa.StringArray) -> Mask | None:
        return self._shapes.add(text)

    def wider(self) -> Candidate | None:
        return None

    def decision(self) -> Decision:
        found = self._shapes.decision(is_decimal=meaning.is_degrees(self._name))
        shapes = self._shapes
        if found.kind == "integer" and meaning.is_year(self._name, shapes.low, shapes.high):
            return Decision("year", why="year-name")
        return found


class _Typed:
    """A kind that a cast knows."""

    def __init__(self, kind: str, form: str) -> None:
        self._kind, self._form = kind, form

    def add(self, text: pa.StringArray) -> Mask | None:
        return cast(text, self._kind, self._form)[1]

    def wider(self) -> Candidate | None:
        kind = _WIDER.get((self._kind, self._form))
        return _Typed(*kind) if kind else None

    def decision(self) -> Decision:
        return Decision(self._kind, self._form, why="all-values-fit")
