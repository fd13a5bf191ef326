"""Files: originals as they came, tables as Parquet, CSV and JSON.

Stored forms have a strong ETag, the digest, and answer ranges; streamed forms have a weak one.
"""

from __future__ import annotations

import itertools
import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pyarrow as pa
from flask import Blueprint, Response, abort, request, send_file

from opendata import query, storage
from opendata.errors import NotFound
from opendata.models import TableBuild
from opendata.services import catalogue
from opendata.web import filenames, instance, media_types, session
from opendata.web.error_words import FileBeingRestored

log = logging.getLogger(__name__)
blueprint = Blueprint("download", __name__)
_MAX_AGE = 300
_RETRY_SECONDS = 3_600
_FOR_EXCEL = "csv-excel"
_STREAMS: dict[str, Callable[[Path], Iterator[bytes]]] = {
    "csv": query.iter_csv,
    _FOR_EXCEL: partial(query.iter_csv, for_excel=True),
    "json": query.iter_json,
}
_EXPOSED = "Content-Disposition, Content-Length, Content-Range, ETag"


@blueprint.get("/dataset/<uuid:dataset_id>/resource/<uuid:resource_id>/download/<file>")
def original(dataset_id: uuid.UUID, resource_id: uuid.UUID, file: str) -> Response:
    """Send the bytes as the source gave them; `file` is only a name for the reader."""
    found = catalogue.resource_file(session.get(), dataset_id, resource_id)
    if found is None or _extension(file) not in media_types.MEDIA_TYPES:
        abort(404)
    resource, build = found
    path = _local(storage.ORIGINALS, build.version.digest, build.version.size)
    kind = media_types.media_type(build.format, encoding=build.report.get("encoding", ""))
    response = _stored(path, build.version.digest, kind, build.version.fetched_at)
    name = filenames.disposition(resource.name, media_types.extension(build.format))
    return _offered(response, name)


@blueprint.get("/dataset/<uuid:dataset_id>/table/<uuid:table_id>/download/<file>")
def table(dataset_id: uuid.UUID, table_id: uuid.UUID, file: str) -> Response:
    """Send a table in the form that the extension of `file` names; `?excel=1` makes the CSV one
    that a Vietnamese Excel opens with a double click."""
    form = _extension(file)
    found = catalogue.table_file(session.get(), dataset_id, table_id)
    if found is None or form not in ("parquet", "csv", "json"):
        abort(404)
    path = _local(storage.TABLES, found.parquet_digest, found.parquet_size)
    kind = media_types.media_type(form, encoding="utf-8")
    if form == "parquet":
        response = _stored(path, found.parquet_digest, kind, found.build.created_at)
    else:
        stream = _FOR_EXCEL if form == "csv" and request.args.get("excel") == "1" else form
        response = _streamed(_STREAMS[stream](path), found.parquet_digest, stream, kind)
    name = table_name(found)
    if request.args.get("excel") == "1":
        name = f"{name} (Excel)"
    return _offered(response, filenames.disposition(name, form))


def table_name(found: TableBuild) -> str:
    """Return what a table is called: its title, else its sheet, else its file."""
    return found.title or found.table.name or found.build.version.resource.name


def _extension(file: str) -> str:
    return file.rpartition(".")[2].lower()


def _local(kind: str, digest: str, size: int) -> Path:
    try:
        return instance.current().store.local_copy(kind, digest, size=size)
    except NotFound as err:
        log.error("file missing from the store: %s/%s", kind, digest)
        raise FileBeingRestored(retry_after=_RETRY_SECONDS) from err


def _stored(path: Path, digest: str, kind: str, changed: datetime | None = None) -> Response:
    response = send_file(
        path, mimetype=kind, conditional=True, etag=digest, last_modified=changed, max_age=_MAX_AGE
    )
    response.content_type = kind  # as it is: a charset would be added to it above
    return response


def _streamed(chunks: Iterator[bytes], digest: str, form: str, kind: str) -> Response:
    """Answer with a body that is made while it is sent; for HEAD and 304 it is never begun."""
    response = Response(content_type=kind)
    # Else Werkzeug would make the whole body to learn its length.
    response.automatically_set_content_length = False
    response.headers["Cache-Control"] = f"public, max-age={_MAX_AGE}"
    response.set_etag(f"{digest}-{form}", weak=True)
    response.make_conditional(request)
    if response.status_code == HTTPStatus.OK and request.method != "HEAD":
        response.response = _begun(chunks, digest)
    return response


def _begun(chunks: Iterator[bytes], digest: str) -> Iterator[bytes]:
    """Make the first rows now: a table that cannot be read is then an answer, 503.

    Damage behind them can only cut the transfer.
    """
    try:
        first = next(chunks, b"")
    except (OSError, pa.ArrowException) as err:
        log.error("file damaged in the store: %s/%s", storage.TABLES, digest)
        raise FileBeingRestored(retry_after=_RETRY_SECONDS) from err
    return itertools.chain([first], chunks)


def _offered(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = name
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response
