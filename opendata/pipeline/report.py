"""What was found in a file, as plain data: kept with its build, shown in pages, given by
`schema check` and `/validate`. One form for all, so that the same bytes give the same report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from opendata.pipeline.tables import BuiltTable, FileShape, TableShape
from opendata.records import Problem

Report = dict[str, Any]


def report_of(shape: FileShape, tables: tuple[BuiltTable, ...]) -> Report:
    """Return {format, encoding, reason, problems, tables: [{name, …}]} of a file and its tables."""
    return {
        "format": shape.format,
        "encoding": shape.tables[0].encoding if len(shape.tables) == 1 else "",
        "reason": shape.reason,
        "problems": [_problem(problem) for problem in shape.problems],
        "tables": [_table(table) for table in tables],
    }


def _table(table: BuiltTable) -> Report:
    return {
        "name": table.name,
        "title": table.title,
        "schema": table.schema,
        **_read_as(table.shape),
        "columns": [asdict(column) for column in table.columns],
        "rows_read": table.rows_read,
        "rows_accepted": table.rows_accepted,
        "rows_quarantined": table.rows_quarantined,
        "problems": [asdict(problem) for problem in table.problems],
        "samples": [_problem(problem) for problem in table.samples],
        "schema_mismatch": [_problem(problem) for problem in table.schema_mismatch],
        "personal": [asdict(finding) for finding in table.personal],
    }


def _read_as(shape: TableShape | None) -> Report:
    if shape is None:
        return {}
    return {
        "encoding": shape.encoding,
        "delimiter": shape.delimiter,
        "apart": [asdict(row) for row in shape.apart],
    }


def _problem(problem: Problem) -> Report:
    return {
        "row": problem.row,
        "column": problem.field,
        "code": problem.code,
        "value": problem.value,
        "rule": problem.rule,
    }
