"""The time that a dataset speaks of: a node with two ends, or an interval in one text."""

from __future__ import annotations

import calendar
import re
from datetime import date

from harvesters import mapping
from harvesters.dcat_graph import Literal
from harvesters.dcat_node import Node
from opendata.records import Period

_STARTS = ("dcat:startDate", "schema:startDate", "time:hasBeginning")
_ENDS = ("dcat:endDate", "schema:endDate", "time:hasEnd")
_INSTANTS = ("time:inXSDDate", "time:inXSDDateTimeStamp", "time:inXSDDateTime")
_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?(?:Z|[+-]\d{2}:\d{2})?")


def read(dataset: Node) -> Period | None:
    """Return the first period of a dataset; what is no date is a problem, more of them are lost."""
    found = [*_of_nodes(dataset), *_of_texts(dataset)]
    if len(found) > 1:
        dataset.lose("dct:temporal (more)")
    return found[0] if found else None


def _of_nodes(dataset: Node) -> list[Period]:
    spans = dataset.inner("dct:temporal", path="temporal.")
    periods = [_period(span, _told(span, _STARTS), _told(span, _ENDS)) for span in spans]
    for span in spans:
        span.lose_unasked()
    return [period for period in periods if period.start or period.end]


def _of_texts(dataset: Node) -> list[Period]:
    told = [value for value in dataset.values("dct:temporal") if isinstance(value, Literal)]
    parted = [value.text.partition("/") for value in told if not dataset.graph.target(value)]
    # One date alone begins and ends the period.
    periods = [_period(dataset, start, end or start) for start, _, end in parted]
    return [period for period in periods if period.start or period.end]


def _told(span: Node, names: tuple[str, ...]) -> str:
    for value in span.values(*names):
        instant = span.graph.target(value)
        held = [v for name in _INSTANTS for v in span.graph.values(instant, name)]
        for part in held if instant else [value]:
            if isinstance(part, Literal) and part.text:
                return part.text
    return ""


def _period(node: Node, start: str, end: str) -> Period:
    return Period(_day(node, start, is_end=False), _day(node, end, is_end=True))


def _day(node: Node, text: str, *, is_end: bool) -> date | None:
    """Read a day; a year or a month begins with its first day and ends with its last."""
    if not text.strip(" ."):  # an open end is also written `..`
        return None
    day = mapping.parse_date(text) or _of_month(text, is_end=is_end)
    if day is None:
        node.problem("bad-date", "dct:temporal", text)
    return day


def _of_month(text: str, *, is_end: bool) -> date | None:
    match = _MONTH.fullmatch(text.strip())
    if match is None or match[1] == "0000":
        return None
    year, month = int(match[1]), int(match[2] or (12 if is_end else 1))
    if not 1 <= month <= 12:
        return None
    return date(year, month, calendar.monthrange(year, month)[1] if is_end else 1)
