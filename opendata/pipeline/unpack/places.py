"""Features of GeoJSON as records: properties, the geometry as text, where a point lies."""

from __future__ import annotations

from typing import Any

from opendata.pipeline.unpack.json_values import STEP, Record, flat

# Ways of their own: a property may have the same name.
_ID, _GEOMETRY = f"{STEP}id", f"{STEP}geometry"
_LONGITUDE, _LATITUDE = f"{STEP}longitude", f"{STEP}latitude"


def is_feature(item: Record) -> bool:
    """Say whether an object is a feature of GeoJSON."""
    return item.get("type") == "Feature" and "geometry" in item


def record(feature: Record) -> Record:
    """Return the record of a feature; longitude before latitude, as GeoJSON has them."""
    properties = feature.get("properties")
    found: Record = {_ID: feature["id"]} if "id" in feature else {}
    found |= flat(properties) if type(properties) is dict else {}
    geometry = feature["geometry"]
    found[_GEOMETRY] = geometry
    point = _point(geometry)
    if point:
        found[_LONGITUDE], found[_LATITUDE] = point
    return found


def _point(geometry: Any) -> tuple[Any, Any] | None:
    if type(geometry) is not dict or geometry.get("type") != "Point":
        return None
    place = geometry.get("coordinates")
    return (place[0], place[1]) if type(place) is list and len(place) > 1 else None
