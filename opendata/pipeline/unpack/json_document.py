"""JSON: each array of records in a document is a table. Runs in a confined child.

The document is read twice: which fields there are is known only behind the last record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opendata.errors import SourceFailure
from opendata.pipeline.unpack import json_lines, manifest
from opendata.pipeline.unpack.array_survey import ArraySurvey
from opendata.pipeline.unpack.distinct import distinct
from opendata.pipeline.unpack.json_stream import JsonText, Way, walk
from opendata.pipeline.unpack.order import Order, from_words
from opendata.pipeline.unpack.record_table import write_records
from opendata.pipeline.unpacked import Unpacked

# What describes the columns of an array beside it, as in the answers of CKAN.
_FIELDS = "fields"
_MOST_ARRAYS = 100
# An array of this name holds rows, however much is said around it, and even if it is empty.
_NAMES_OF_ROWS = {"data", "features", "items", "records", "results", "rows", "value"}
_LINKED_DATA = "@context"


class _OtherValuesFollow(Exception):
    """Not one document but several: lines of JSON."""


def unpack(words: Sequence[str], _: bytes) -> bytes:
    """Write the tables of a JSON document; the task of a child, see `frame.py`.

    Raises `SourceFailure`: not-tabular, unreadable, too-many-columns, unpacked-too-large.
    """
    order = from_words(words)
    with readable(order):
        try:
            tables = _tables(order)
        except _OtherValuesFollow:
            tables = json_lines.tables(order)
    return manifest.to_json(tables, [])


@contextmanager
def readable(order: Order) -> Iterator[None]:
    """Turn what decoders raise over damaged JSON into a sentence."""
    try:
        yield
    except (ValueError, RecursionError) as err:
        what = "it is nested too deeply" if isinstance(err, RecursionError) else str(err)
        raise SourceFailure(
            "unreadable",
            order.where,
            f"the JSON cannot be read ({what}); ask the source to mend it",
        ) from err


def _tables(order: Order) -> list[Unpacked]:
    arrays, size = _survey(order)
    chosen = _chosen(arrays)
    is_bulk = sum(survey.size for survey in chosen.values()) * 2 >= size
    if chosen and (is_bulk or any(map(_is_of_rows, chosen))):
        return _write(chosen, order)
    if any(survey.is_empty and _is_of_rows(way) for way, survey in arrays.items()):
        return []
    raise not_tabular(order)


def not_tabular(order: Order) -> SourceFailure:
    """Return what is said of a document that holds no table, or hardly one."""
    return SourceFailure("not-tabular", order.where, "the document is not a table in its bulk")


def _survey(order: Order) -> tuple[dict[Way, ArraySurvey], int]:
    """Return what is known of each array, and how many characters the document has."""
    arrays: dict[Way, ArraySurvey] = {}
    with JsonText(Path(order.path)) as text:
        for way, value in walk(text):
            if way[:1] == (_LINKED_DATA,):
                raise not_tabular(order)
            if isinstance(value, Iterator):
                _look_at(arrays, way, value, text, order)
        if text.next():
            raise _OtherValuesFollow
        return arrays, text.place


def _look_at(
    arrays: dict[Way, ArraySurvey], way: Way, items: Iterator[Any], text: JsonText, order: Order
) -> None:
    if way in arrays or len(arrays) == _MOST_ARRAYS:
        raise not_tabular(order)
    survey = arrays[way] = ArraySurvey(order)
    start = text.place
    for item in items:
        survey.add(item)
    survey.size = text.place - start


def _chosen(arrays: dict[Way, ArraySurvey]) -> dict[Way, ArraySurvey]:
    descriptions = set()
    for way, survey in arrays.items():
        beside = (*way[:-1], _FIELDS)
        other = arrays.get(beside)
        if way and way != beside and other and survey.is_described_by(other):
            survey.labels = other.names
            descriptions.add(beside)
    return {w: survey for w, survey in arrays.items() if w not in descriptions and survey.is_table}


def _is_of_rows(way: Way) -> bool:
    return not way or way[-1] in _NAMES_OF_ROWS


def _write(chosen: dict[Way, ArraySurvey], order: Order) -> list[Unpacked]:
    names = _names(list(chosen))
    tables: list[Unpacked] = []
    with JsonText(Path(order.path)) as text:
        for way, value in walk(text):
            if not isinstance(value, Iterator):
                continue
            if way in chosen:
                rows = chosen[way].rows(value, lambda: text.place)
                found = write_records(names[way], rows, order, len(tables))
                tables += [found] if found else []
            for _ in value:
                pass
    return tables


def _names(ways: Sequence[Way]) -> dict[Way, str]:
    """Name each table by its key, by more of its way where two have the same; one needs none."""
    if len(ways) == 1:
        return {ways[0]: ""}
    keys = [way[-1] for way in ways]
    names = (way[-1] if keys.count(way[-1]) == 1 else ".".join(way) for way in ways)
    return dict(zip(ways, distinct(names), strict=True))
