"""A file held against a schema without database, store or network: `schema check`, `/validate`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from opendata import vocabulary
from opendata.check_apart import unread
from opendata.config import Settings, Tables
from opendata.errors import SourceFailure
from opendata.pipeline.detect import shape_of
from opendata.pipeline.report import Report, report_of
from opendata.pipeline.shape.claims import claimed_format
from opendata.pipeline.table.propose import best_match
from opendata.pipeline.tables import BuiltTable, FileShape
from opendata.pipeline.tabulate import build_tables
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema

Found = tuple[FileShape, tuple[BuiltTable, ...]]


@dataclass(frozen=True)
class Question:
    """A file to be checked. `name` and `media_type`: what its sender calls it, which is all that
    it claims to be; `schema`: the key of a published one, or nothing."""

    path: Path
    name: str
    media_type: str = ""
    schema: str = ""


@contextmanager
def checked_file(path: Path, schema: TableSchema | None, settings: Settings) -> Iterator[Found]:
    """Give the shape and the tables of a file; what was built lies in a folder that then goes.

    Raises `SourceFailure` as the steps do.
    """
    with tempfile.TemporaryDirectory(prefix="opendata-check-") as name:
        yield _found(Question(path, str(path)), schema, Path(name), settings.tables)


def check_file(path: Path, schema: TableSchema | None, settings: Settings) -> Found:
    """Return the shape and the tables of a file for a report: counts and samples stay valid, the
    Parquet files they name are gone."""
    with checked_file(path, schema, settings) as found:
        return found


def report_on(question: Question, *, folder: Path, limits: Tables) -> Report:
    """Return what `report_of` says of a file, and {valid, detail, proposed}.

    `proposed` are published schemas that tables without one may keep: [{table, schema, score,
    matched, missing}]. A file that cannot be read has a report with its reason, too. What is built
    goes to `folder`.
    Raises NotFound for a schema that is not published.
    """
    schema = table_schemas.find(question.schema) if question.schema else None
    try:
        shape, tables = _found(question, schema, folder, limits)
    except SourceFailure as failure:
        return unread(failure.reason, failure.detail)
    return {
        **report_of(shape, tables),
        "valid": _is_valid(tables),
        "detail": "",
        "proposed": [proposal for table in tables for proposal in _proposed(table)],
    }


def answer(arguments: Sequence[str], _: bytes) -> bytes:
    """Do the same in a confined child; see `check_apart`."""
    path, name, media_type, schema, folder, limits = arguments
    question = Question(Path(path), name, media_type, schema)
    report = report_on(question, folder=Path(folder), limits=Tables(**json.loads(limits)))
    return json.dumps(report, ensure_ascii=False).encode()


def _found(question: Question, schema: TableSchema | None, folder: Path, limits: Tables) -> Found:
    where = question.name
    shape = shape_of(question.path, _claim(question), folder=folder, limits=limits, where=where)
    return shape, build_tables(shape, schema=schema, folder=folder, limits=limits, where=where)


def _claim(question: Question) -> str:
    said = Path(question.name).suffix.lower().lstrip(".")
    return said or claimed_format("", "", {"content-type": question.media_type})


def _proposed(table: BuiltTable) -> Iterator[Report]:
    if "/" in table.schema or table.shape is None:
        return
    for proposal in best_match(table.shape.header):
        yield {"table": table.name, **asdict(proposal)}


def _is_valid(tables: Sequence[BuiltTable]) -> bool:
    return bool(tables) and all(_is_good(table) for table in tables)


def _is_good(table: BuiltTable) -> bool:
    mismatches = {problem.code for problem in table.schema_mismatch}
    return not table.rows_quarantined and mismatches <= vocabulary.TOLD_ONLY
