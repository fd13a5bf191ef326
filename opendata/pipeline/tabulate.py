"""Step: every sheet of a file becomes typed, checked Parquet, its bad rows a quarantine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opendata.config import Tables
from opendata.pipeline.readers.base import TableSource
from opendata.pipeline.state import BuiltTable, FileShape, TableShape, Tools, Work
from opendata.pipeline.table import plan
from opendata.pipeline.table.build import Files, build_table
from opendata.services.table_schemas import TableSchema


def tabulate(work: Work, tools: Tools) -> Work:
    """Set `work.tables`, one for each sheet; none for a file that holds no table.

    Raises `SourceFailure`: unclosed-quote, line-too-long, unreadable.
    """
    if work.shape is None:
        raise ValueError("tabulate works on the shape that detect has found")
    url = work.fetched_from or work.distribution.url
    tables = build_tables(
        work.shape,
        schema=work.schema,
        folder=work.folder,
        limits=tools.settings.tables,
        where=url,
    )
    return replace(work, tables=tables)


def build_tables(
    shape: FileShape, *, schema: TableSchema | None, folder: Path, limits: Tables, where: str
) -> tuple[BuiltTable, ...]:
    """Build every table of a file into `folder`."""
    schemas = _schemas(shape.tables, schema)
    return tuple(
        build_table(
            TableSource(table, limits, where),
            schemas[number],
            Files(folder / f"table-{number}.parquet", folder / f"quarantine-{number}.parquet"),
        )
        for number, table in enumerate(shape.tables)
    )


def _schemas(
    tables: tuple[TableShape, ...], schema: TableSchema | None
) -> list[TableSchema | None]:
    """Give the schema to the sheets that share a column with it; a sheet of notes is learned.

    Where no sheet does, the first one is held against the schema: its mismatch must show.
    """
    if schema is None:
        return [None] * len(tables)
    fitting = [any(plan.match(table.header, schema)) for table in tables]
    if not any(fitting):
        fitting[:1] = [True] * len(tables[:1])
    return [schema if fits else None for fits in fitting]
