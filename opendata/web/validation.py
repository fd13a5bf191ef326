"""A request to check a file: a form with a file or an address, or JSON with an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from opendata.errors import NotFound
from opendata.services import table_schemas
from opendata.web import instance
from opendata.web.error_words import ChecksBusy, FileTooLarge, NoFile, TwoFiles, UnknownSchema

_RETRY_SECONDS = 30
_FORM_BYTES = 64 * 1024  # of all but the file


@dataclass(frozen=True)
class Checked:
    """What was checked, and what was found: `name` is that of the file, or its address."""

    name: str
    schema: str
    report: dict[str, Any]


def check() -> Checked:
    """Check what this request brings; keep nothing of it.

    Raises the errors of `error_words`. A place is taken before the body is read: a slow sender
    holds a thread of the server as much as a long check does.
    """
    places = instance.current().check_places
    if not places.acquire(blocking=False):
        raise ChecksBusy(retry_after=_RETRY_SECONDS)
    try:
        return _checked()
    except FileTooLarge:
        raise
    except RequestEntityTooLarge as err:
        raise FileTooLarge from err
    finally:
        places.release()


def _checked() -> Checked:
    mine = instance.current()
    if not request.is_json:
        request.max_content_length = mine.settings.web.max_upload_bytes + _FORM_BYTES
    asked = _asked()
    url, schema = asked.get("url", "").strip(), _schema(asked.get("schema", "").strip())
    file = request.files.get("file")
    if file is not None and file.filename:
        if url:
            raise TwoFiles
        return Checked(file.filename, schema, _of_upload(mine, file, schema))
    if not url:
        raise NoFile
    return Checked(url, schema, mine.file_check.of_url(url, schema))


def _asked() -> dict[str, str]:
    """Return the fields of the request that are text."""
    if not request.is_json:
        return request.form.to_dict()
    told = request.get_json()
    if not isinstance(told, dict) or not all(isinstance(text, str) for text in told.values()):
        raise BadRequest
    return told


def _of_upload(mine: instance.Instance, file: FileStorage, schema: str) -> dict[str, Any]:
    body = file.stream
    size = body.seek(0, 2)
    body.seek(0)
    if size > mine.settings.web.max_upload_bytes:
        raise FileTooLarge
    return mine.file_check.of_upload(body, file.filename or "", schema)


def _schema(name: str) -> str:
    """Return the key of a schema by its name, with or without a version."""
    try:
        return table_schemas.find(name).key if name else ""
    except NotFound as err:
        raise UnknownSchema from err
