"""The metadata profile as JSON Schema, published as `schemas/metadata/dataset.schema.json`."""

from __future__ import annotations

import json
import sys
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from opendata.serializers.dataset import DatasetDocument


def dataset_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a metadata document."""
    spec = APISpec(
        title="metadata", version="1.0", openapi_version="3.1.0", plugins=[MarshmallowPlugin()]
    )
    spec.components.schema("Dataset", schema=DatasetDocument)
    schemas = spec.to_dict()["components"]["schemas"]
    root = schemas.pop("Dataset")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dataset",
        "description": "One dataset. Texts are maps of language (vi, en, und) to text.",
        **root,
        "$defs": schemas,
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    moved: dict[str, Any] = json.loads(text.replace("#/components/schemas/", "#/$defs/"))
    return moved


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dataset_schema(), ensure_ascii=False, indent=2) + "\n")
