"""Step: every sheet of a file becomes typed, checked Parquet, its bad rows a quarantine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from opendata.config import Tables
from opendata.pipeline.contract import Contract
from opendata.pipeline.readers.base import TableSource
from opendata.pipeline.table import header_match, references
from opendata.pipeline.table.build import Files, build_table
from opendata.pipeline.table.expected import Expected
from opendata.pipeline.tables import BuiltTable, FileShape, TableShape
from opendata.services.table_schemas import TableSchema

if TYPE_CHECKING:
    # A checked file goes through these steps without the tools of a run.
    from opendata.pipeline.state import Tools, Work


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
        promise=Promise(
            (work.published.contract if work.published else None) or {},
            work.policy.quarantine_limit_percent,
        ),
    )
    return replace(work, tables=tables)


@dataclass(frozen=True)
class Promise:
    """What later files are held against, and the share of bad rows up to which they keep it."""

    contract: Contract
    limit_percent: float


def build_tables(
    shape: FileShape,
    *,
    schema: TableSchema | None,
    folder: Path,
    limits: Tables,
    where: str,
    promise: Promise | None = None,
) -> tuple[BuiltTable, ...]:
    """Build every table of a file into `folder`."""
    schemas = _schemas(shape.tables, schema)
    built: dict[int, BuiltTable] = {}
    # What foreign keys of the schema point to is written first.
    for number in sorted(range(len(shape.tables)), key=lambda number: bool(schemas[number])):
        source = TableSource(shape.tables[number], limits, where)
        others = {table.name: table.parquet for table in built.values()}
        expected = Expected(schemas[number], others=others)
        built[number] = _build(source, expected, _files(folder, number), promise)
    return tuple(built[number] for number in range(len(shape.tables)))


def _files(folder: Path, number: int) -> Files:
    names = ("table", "quarantine", "folded")
    return Files(*(folder / f"{name}-{number}.parquet" for name in names))


def _build(
    source: TableSource, expected: Expected, files: Files, promise: Promise | None
) -> BuiltTable:
    promised = promise.contract.get(source.table.name, ()) if promise else ()
    built = build_table(source, replace(expected, promised=promised), files)
    if promise is None or expected.schema or not _is_of_other_types(built, promise):
        return built
    # So many values do not fit that the types are no longer those that were promised.
    files.quarantine.unlink(missing_ok=True)
    return build_table(source, Expected(None, promised, is_firm=False), files)


def _is_of_other_types(built: BuiltTable, promise: Promise) -> bool:
    kept = {column.name for column in built.columns if column.why == "promised"}
    misfits = max(
        (p.count for p in built.problems if p.code == "type" and p.column in kept), default=0
    )
    return 100 * misfits > promise.limit_percent * built.rows_read


def _schemas(
    tables: tuple[TableShape, ...], schema: TableSchema | None
) -> list[TableSchema | None]:
    """Give the schema to the sheets that share a column with it; a sheet of notes is learned.

    Where no sheet does, the first one is held against the schema: its mismatch must show. A sheet
    that foreign keys of the schema point to is another kind of table.
    """
    if schema is None:
        return [None] * len(tables)
    fitting = [_is_meant(table, schema) for table in tables]
    if not any(fitting):
        fitting[:1] = [True] * len(tables[:1])
    return [schema if fits else None for fits in fitting]


def _is_meant(table: TableShape, schema: TableSchema) -> bool:
    targets = [key.resource for key in schema.foreign_keys if key.resource]
    if any(references.is_named(table.name, target) for target in targets):
        return False
    return any(header_match.match(table.header, schema))
