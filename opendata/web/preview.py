"""The first rows of a table, as text for the page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from opendata import query, storage
from opendata.errors import NotFound
from opendata.models import TableBuild
from opendata.web import formats
from opendata.web.instance import Instance

log = logging.getLogger(__name__)
_MAX_COLUMNS = 50
_MAX_CELL = 200


@dataclass(frozen=True)
class Preview:
    """The first rows; columns behind the bound are left out and counted."""

    columns: Sequence[dict[str, Any]]
    rows: Sequence[Sequence[str]]
    left_out: int
    is_whole: bool


def read(instance: Instance, table: TableBuild) -> Preview | None:
    """Return the first rows of a table, or None when the file is lost or damaged."""
    columns = table.columns[:_MAX_COLUMNS]
    count = instance.settings.web.preview_rows
    try:
        path = instance.store.local_copy(
            storage.TABLES, table.parquet_digest, size=table.parquet_size
        )
        data = query.first_rows(path, count, columns=[column["name"] for column in columns])
    except (NotFound, OSError, pa.ArrowException):
        log.error("file missing or damaged: %s/%s", storage.TABLES, table.parquet_digest)
        return None
    cells = [[cell(value) for value in column.to_pylist()] for column in data.columns]
    return Preview(
        columns=columns,
        rows=list(zip(*cells, strict=True)),
        left_out=len(table.columns) - len(columns),
        is_whole=table.row_count <= count,
    )


def cell(value: object) -> str:
    """Return one value as text: numbers as in the files, dates as people here read them."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if len(text) <= _MAX_CELL else text[:_MAX_CELL] + "…"
