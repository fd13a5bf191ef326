"""What the page of a checked file tells: the sums, and as much of the report as can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opendata.web.validation import Checked

_TABLES = 20
_COLUMNS = 200
_SAMPLES = 50
_LONGEST_NAME = 120


@dataclass(frozen=True)
class ReportView:
    """The report of one file; what is left out of the page stands in the JSON."""

    name: str
    schema: str  # the one asked for, or nothing
    report: dict[str, Any]
    tables: Sequence[dict[str, Any]]

    @property
    def tables_left_out(self) -> int:
        return len(self.report["tables"]) - len(self.tables)

    @property
    def rows_read(self) -> int:
        return self._sum("rows_read")

    @property
    def rows_quarantined(self) -> int:
        return self._sum("rows_quarantined")

    def _sum(self, count: str) -> int:
        return sum(table[count] for table in self.report["tables"])


def make(checked: Checked) -> ReportView:
    """Return the view of a report."""
    tables = [_table(table) for table in checked.report["tables"][:_TABLES]]
    name = checked.name.replace("\\", "/").rpartition("/")[2] or checked.name
    return ReportView(name[:_LONGEST_NAME], checked.schema, checked.report, tables)


def _table(table: dict[str, Any]) -> dict[str, Any]:
    return {
        **table,
        "columns": table["columns"][:_COLUMNS],
        "columns_left_out": max(0, len(table["columns"]) - _COLUMNS),
        "samples": table["samples"][:_SAMPLES],
        "samples_left_out": max(0, len(table["samples"]) - _SAMPLES),
    }
