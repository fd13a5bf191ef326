"""A local file held against a schema without database, store or network: `schema check FILE`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opendata.config import Settings
from opendata.pipeline.detect import shape_of
from opendata.pipeline.state import BuiltTable, FileShape
from opendata.pipeline.tabulate import build_tables
from opendata.services.table_schemas import TableSchema


@contextmanager
def checked_file(
    path: Path, schema: TableSchema | None, settings: Settings
) -> Iterator[tuple[FileShape, tuple[BuiltTable, ...]]]:
    """Give the shape and the tables of a file; what was built lies in a folder that then goes.

    Raises `SourceFailure` as the steps do.
    """
    with tempfile.TemporaryDirectory(prefix="opendata-check-") as name:
        folder = Path(name)
        where = str(path)
        claim = path.suffix.lower().lstrip(".")
        shape = shape_of(path, claim, folder=folder, limits=settings.tables, where=where)
        yield (
            shape,
            build_tables(shape, schema=schema, folder=folder, limits=settings.tables, where=where),
        )


def check_file(
    path: Path, schema: TableSchema | None, settings: Settings
) -> tuple[FileShape, tuple[BuiltTable, ...]]:
    """Return the shape and the tables of a file for a report: counts and samples stay valid, the
    Parquet files they name are gone."""
    with checked_file(path, schema, settings) as found:
        return found
