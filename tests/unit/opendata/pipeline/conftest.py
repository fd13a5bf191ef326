"""Files to tables, as the steps do it, without database or store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from opendata.config import Tables
from opendata.pipeline import detect
from opendata.pipeline.tables import BuiltTable, FileShape
from opendata.pipeline.tabulate import build_tables
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema


@dataclass(frozen=True)
class Built:
    """What became of a file."""

    shape: FileShape
    tables: tuple[BuiltTable, ...]

    @property
    def table(self) -> BuiltTable:
        assert len(self.tables) == 1
        return self.tables[0]

    @property
    def rows(self) -> dict[str, list[Any]]:
        return dict(pq.read_table(self.table.parquet).to_pydict())

    @property
    def types(self) -> dict[str, str]:
        return {column.name: column.type for column in self.table.columns}

    @property
    def quarantined(self) -> list[tuple[int, str, str, str]]:
        """(row, column, code, value) of each problem, by row."""
        if self.table.quarantine is None:
            return []
        lines = pq.read_table(self.table.quarantine).to_pylist()
        return sorted((x["row"], x["column"], x["code"], x["value"]) for x in lines)


Build = Callable[..., Built]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build the tables of bytes or of a file; `fields` are those of a schema."""

    def run(
        content: bytes | str | Path,
        *,
        fields: list[dict[str, Any]] | None = None,
        limits: Tables | None = None,
        claim: str = "csv",
        **rest: Any,
    ) -> Built:
        path = content if isinstance(content, Path) else tmp_path / "spool"
        if not isinstance(content, Path):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        limits = limits or Tables()
        schema = schema_of(fields, **rest) if fields else None
        shape = detect.shape_of(path, claim, folder=tmp_path, limits=limits, where="here")
        tables = build_tables(shape, schema=schema, folder=tmp_path, limits=limits, where="here")
        return Built(shape, tables)

    return run


def schema_of(fields: list[dict[str, Any]], **rest: Any) -> TableSchema:
    """Return a schema named test/1.0."""
    return table_schemas.parse({"fields": fields, **rest}, Path("test/1.0"))


@pytest.fixture
def texts() -> Callable[..., pa.StringArray]:
    return lambda *values: pa.array(values, pa.string())
