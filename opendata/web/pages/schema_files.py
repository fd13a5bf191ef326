"""Published schemas and code lists as files, for programs of any origin.

The files of a version never change, so they may be kept for ever; code lists grow.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from opendata import storage
from opendata.errors import NotFound
from opendata.services import table_schemas
from opendata.services.table_schemas import code_lists
from opendata.web import media_types

blueprint = Blueprint("schema_files", __name__, url_prefix="/schemas")
_FILES = ("schema.json", "valid.csv", "invalid.csv")
_FOR_EVER = 365 * 24 * 3_600  # seconds
_MAX_AGE = 300


@blueprint.get("/<name>/<version>/<file>")
def of_schema(name: str, version: str, file: str) -> Response:
    """Send a file of a published version, byte for byte."""
    try:
        found = table_schemas.find(f"{name}/{version}")
    except NotFound:
        abort(404)
    if file not in _FILES:
        abort(404)
    response = _sent(found.folder / file, _FOR_EVER)
    response.cache_control.immutable = True
    return response


@blueprint.get("/codelists/<name>.csv")
def code_list(name: str) -> Response:
    """Send a code list."""
    return _sent(_list(name).path, _MAX_AGE)


@blueprint.get("/codelists/<name>.schema.json")
def code_list_schema(name: str) -> Response:
    """Send the schema of a code list."""
    return _sent(_list(name).path.with_suffix(".schema.json"), _MAX_AGE)


def _list(name: str) -> code_lists.CodeList:
    try:
        return code_lists.find(name)
    except NotFound:
        abort(404)


def _sent(path: Path, max_age: int) -> Response:
    if not path.exists():
        abort(404)
    kind = media_types.media_type(path.suffix[1:], encoding="utf-8")
    response = send_file(
        path, mimetype=kind, conditional=True, etag=storage.sha256(path), max_age=max_age
    )
    response.content_type = kind
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Content-Length, ETag"
    return response
