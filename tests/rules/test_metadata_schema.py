"""schemas/metadata is the metadata profile, exported; `make schemas` writes it."""

from __future__ import annotations

import json
from pathlib import Path

from opendata.serializers.json_schema import dataset_schema

PUBLISHED = Path(__file__).parents[2] / "schemas" / "metadata" / "dataset.schema.json"


def test_published_profile_equals_the_code() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == dataset_schema()
