from __future__ import annotations

import json

POINTS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": 7,
            "properties": {"ten": "Trạm A", "latitude": "vĩ độ", "chu": {"ten": "Sở"}},
            "geometry": {"type": "Point", "coordinates": [105.85, 21.03]},
        },
        {
            "type": "Feature",
            "properties": None,
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1.50], [0, 0]]]},
        },
        {"type": "Feature", "properties": {"muon": 1}, "geometry": None},
    ],
}


def test_properties_are_columns_and_points_have_coordinates(build) -> None:
    built = build(json.dumps(POINTS), claim="geojson")
    assert built.shape.format == "geojson"
    assert built.rows["id"] == [7, None, None]
    assert built.rows["ten"] == ["Trạm A", None, None]
    assert built.rows["chu.ten"] == ["Sở", None, None]
    assert built.rows["longitude"] == [105.85, None, None]
    # A property has the name already.
    assert built.rows["latitude"] == ["vĩ độ", None, None]
    assert built.rows["latitude_2"] == [21.03, None, None]
    assert built.rows["muon"] == [None, None, 1]


def test_geometry_is_kept_as_geojson(build) -> None:
    rows = build(json.dumps(POINTS), claim="json").rows
    assert [text and json.loads(text) for text in rows["geometry"]] == [
        feature["geometry"] for feature in POINTS["features"]
    ]
    assert rows["geometry"][0] == '{"type": "Point", "coordinates": [105.85, 21.03]}'


def test_collection_without_features_has_no_rows(build) -> None:
    built = build('{"type": "FeatureCollection", "features": []}', claim="geojson")
    assert built.shape.reason == "no-rows"
