"""After the pass: what only the whole table shows. Profile, rows that repeat, totals, folded copy.

DuckDB reads the Parquet file that the pass has written. `examiner.py` decides where.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opendata.pipeline.apart import Apart
from opendata.pipeline.table import coverage, profile, small_cells, totals
from opendata.pipeline.table.fold import write_folded
from opendata.pipeline.table.note import Note
from opendata.pipeline.table.profile import Facts, place
from opendata.pipeline.table.repeated_rows import repeated_rows
from opendata.pipeline.tables import Column

if TYPE_CHECKING:
    import duckdb

_MEMORY = "1GB"


@dataclass(frozen=True)
class Task:
    """A written table and what is known of it. `folded`: where the folded copy goes; `folding`:
    the text columns that it has; `is_keyed`: a key was checked, so that no row repeats;
    `is_whole`: no row is in quarantine."""

    table: Path
    folded: Path
    rows: int
    columns: tuple[Column, ...]
    folding: tuple[str, ...] = ()
    apart: tuple[Apart, ...] = ()
    is_keyed: bool = False
    is_whole: bool = True


@dataclass(frozen=True)
class Examined:
    """What was found; `folded` is None where folding changes no text."""

    profile: Facts
    folded: Path | None = None
    notes: tuple[Note, ...] = field(default_factory=tuple)


def connect() -> duckdb.DuckDBPyConnection:
    """Open a database without tables of its own; each look has a cursor of its own.

    DuckDB is loaded here: most commands never look at a table.
    """
    import duckdb

    return duckdb.connect(config={"threads": 2, "memory_limit": _MEMORY})


def look(task: Task, connection: duckdb.DuckDBPyConnection) -> Examined:
    """Look at a whole table, folding beside: numpy and DuckDB leave the interpreter to others."""
    with ThreadPoolExecutor(1) as beside:
        folding = beside.submit(write_folded, task.table, task.folding, task.folded)
        facts, notes = _ask(task, connection)
        return Examined(facts, folding.result(), tuple(notes))


def _ask(task: Task, connection: duckdb.DuckDBPyConnection) -> tuple[Facts, list[Note]]:
    source = _source(task, connection)
    names = [column.name for column in task.columns]
    facts = profile.profile(source, names, task.rows, periods=coverage.periods(task.columns))
    facts |= coverage.coverage(task.columns, facts)
    notes = [
        *(_blank_columns(task, facts) if task.is_whole else ()),
        *(() if task.is_keyed else repeated_rows(source, facts)),
        *(totals.mismatches(source, task.columns, task.apart) if task.is_whole else ()),
        *small_cells.small_cells(source, task.columns),
    ]
    return facts, notes


def _source(task: Task, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Open the table with its columns by their places and the number of each row as `place`.

    Names of columns may differ in nothing but capitals, which SQL does not tell apart.
    """
    found = connection.read_parquet(str(task.table), file_row_number=True)
    names = found.columns
    columns = [f"{_identifier(names[n])} AS {place(n)}" for n in range(len(task.columns))]
    return found.project(", ".join([*columns, "file_row_number AS place"]))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _blank_columns(task: Task, facts: Facts) -> list[Note]:
    blank = (c["name"] for c in facts["columns"] if c["nulls"] == task.rows > 0)
    return [Note("blank-column", name, task.rows) for name in blank]


def task_as_json(task: Task) -> bytes:
    """Write a task for a child."""
    return _json(task)


def task_of(text: bytes) -> Task:
    """Read what `task_as_json` wrote."""
    told: dict[str, Any] = json.loads(text)
    told["table"], told["folded"] = Path(told["table"]), Path(told["folded"])
    told["columns"] = tuple(Column(**column) for column in told["columns"])
    told["folding"] = tuple(told["folding"])
    told["apart"] = tuple(Apart(row["kind"], tuple(row["cells"])) for row in told["apart"])
    return Task(**told)


def found_as_json(found: Examined) -> bytes:
    """Write what a child has found."""
    return _json(found)


def found_of(text: bytes) -> Examined:
    """Read what `found_as_json` wrote."""
    told: dict[str, Any] = json.loads(text)
    return Examined(
        told["profile"],
        Path(told["folded"]) if told["folded"] else None,
        tuple(Note(**{**note, "positions": tuple(note["positions"])}) for note in told["notes"]),
    )


def _json(value: Task | Examined) -> bytes:
    return json.dumps(asdict(value), ensure_ascii=False, default=str).encode()
