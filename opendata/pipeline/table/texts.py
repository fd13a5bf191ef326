"""Kinds that stay text and are only checked: formats of texts, JSON, points, durations, lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table.typed import Cast, Options, misfits, trimmed

_PATTERNS = {
    ("string", "email"): r"\A[^@\s<>()\[\],;:\"]+@[^@\s.]+(\.[^@\s.]+)+\z",
    ("string", "uri"): r"\A[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+\z",
    ("string", "uuid"): r"(?i)\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z",
    ("string", "binary"): (r"\A([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\z"),
    ("duration", "default"): (
        r"\A-?P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?"
        r"(T([0-9]+H)?([0-9]+M)?([0-9]+([.,][0-9]+)?S)?)?\z"
    ),
}
_DURATION_END = r"[YMWDHS]\z"
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]*)?"
_LON_LAT = rf"\A(?P<lon>{_NUMBER})\s*,\s*(?P<lat>{_NUMBER})\z"
_GEOJSON = (
    *("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"),
    *("GeometryCollection", "Feature", "FeatureCollection"),
)


def checked(text: pa.StringArray, kind: str, form: str) -> Cast:
    """Return the texts as they are, and which of them are not of the kind."""
    pattern = _PATTERNS.get((kind, form))
    if pattern is not None:
        fits = pc.match_substring_regex(trimmed(text), pattern)
        if kind == "duration":
            fits = pc.and_(fits, pc.match_substring_regex(trimmed(text), _DURATION_END))
        return text, misfits(text, fits)
    if kind == "geopoint" and form == "default":
        return text, misfits(text, _is_point(trimmed(text)))
    test = _TESTS.get((kind, form)) or _TESTS.get((kind, "default"))
    return (text, None) if test is None else (text, misfits(text, _each(text, test)))


def split(text: pa.StringArray, options: Options) -> tuple[pa.StringArray, pa.Array]:
    """Return the items of lists, and the row of each; `delimiter` parts them, a comma if none."""
    parts = pc.split_pattern(text, options.get("delimiter") or ",")
    return trimmed(parts.flatten()), pc.list_parent_indices(parts)


def _is_point(text: pa.StringArray) -> pa.BooleanArray:
    found = pc.extract_regex(text, _LON_LAT)
    fits = found.is_valid()
    for axis, limit in (("lon", 180), ("lat", 90)):
        part = pc.if_else(fits, pc.utf8_ltrim(found.field(axis), "+"), "0").cast(pa.float64())
        fits = pc.and_(fits, pc.less_equal(pc.abs(part), limit))
    return fits


def _each(text: pa.StringArray, test: Callable[[Any], bool]) -> pa.BooleanArray:
    distinct = text.dictionary_encode()
    answers = pa.array([_passes(value, test) for value in distinct.dictionary.to_pylist()])
    return answers.cast(pa.bool_()).take(distinct.indices)


def _passes(value: str, test: Callable[[Any], bool]) -> bool:
    try:
        return test(json.loads(value))
    except (ValueError, RecursionError):
        return False


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and _is_on_earth(value[0], value[1])


def _is_named_pair(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"lon", "lat"} and _is_pair([*_ordered(value)])


def _ordered(value: dict[str, Any]) -> tuple[Any, Any]:
    return value["lon"], value["lat"]


def _is_on_earth(lon: Any, lat: Any) -> bool:
    return _is_within(lon, 180) and _is_within(lat, 90)


def _is_within(value: Any, limit: int) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and bool(np.abs(value) <= limit)


def _is_geojson(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in _GEOJSON


def _is_topojson(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "Topology"


_TESTS: dict[tuple[str, str], Callable[[Any], bool]] = {
    ("geopoint", "array"): _is_pair,
    ("geopoint", "object"): _is_named_pair,
    ("geojson", "default"): _is_geojson,
    ("geojson", "topojson"): _is_topojson,
    ("object", "default"): lambda value: isinstance(value, dict),
    ("array", "default"): lambda value: isinstance(value, list),
}
