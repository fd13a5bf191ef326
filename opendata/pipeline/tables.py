"""Tables on their way through the steps: where they lie in a file, what was built of them, and how
that differs from what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opendata.pipeline.apart import Apart
from opendata.records import Problem

# Differences that readers who rely on a table would fail at.
_BREAKING = frozenset({"table-gone", "column-gone", "column-renamed", "type-changed"})


@dataclass(frozen=True)
class Column:
    """One column of a published table.

    `name` is what readers use, `alias` an ASCII form of it, `header` the text in the file;
    `type` is a word of `table.casts.KINDS`.
    """

    name: str
    alias: str
    header: str
    type: str
    format: str = "default"
    title: str = ""
    description: str = ""
    unit: str = ""  # as the schema or a row of units under the header says
    role: str = ""  # what the values mean beyond their type: a word of `vocabulary.ROLES`
    codelist: str = ""  # the code list that the schema holds the values against
    why: str = ""  # why it has this type: a code of `vocabulary.DECISIONS`
    # How values are written beyond the format, as `plan.ColumnPlan` names it: `decimalChar` …
    options: Mapping[str, str] = field(default_factory=dict)
    placeholders: int = 0  # cells such as `-` that were read as holding no value


@dataclass(frozen=True)
class TableShape:
    """Where one table lies in a file, and how its rows are read.

    `name`: the sheet, the member of an archive, or both as `member/sheet`; empty for a file that
    is one table. `path`: what the reader reads: the spool, a UTF-8 copy of it, or what was
    unpacked from it. `kinds`: the (kind, format) of each column where the file itself declares
    types, as Parquet does; else nothing.
    """

    name: str
    title: str
    header: tuple[str, ...]
    path: Path
    reader: str = "csv"  # a key of readers.READERS
    skip_rows: int = 0  # rows before the first data row, header included
    skip_last: int = 0  # rows behind the last data row
    encoding: str = ""
    delimiter: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    units: tuple[str, ...] = ()  # of each column, from a row of units
    apart: tuple[Apart, ...] = ()


@dataclass(frozen=True)
class FileShape:
    """What the bytes are. `tables` is empty for a file that is no table; `reason` says why.

    `problems` are of the file as a whole, or of a sheet or a member that is not read: a hidden
    sheet, a member of another format.
    """

    format: str  # csv, xlsx, xls, ods, parquet, json, xml, html, zip, gz, pdf, other …
    tables: tuple[TableShape, ...] = ()
    reason: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class ProblemCount:
    """How often one kind of problem was met in one column; `rule` as in `records.Problem`."""

    code: str
    column: str
    count: int
    rule: str = ""


@dataclass(frozen=True)
class PersonalFinding:
    """What looks like personal data in one column; never the values themselves."""

    code: str  # a code of `vocabulary.PERSONAL`
    column: str
    count: int  # cells
    samples: tuple[str, ...] = ()  # masked
    is_allowed: bool = False  # the schema says that it may be public


@dataclass(frozen=True)
class BuiltTable:
    """One table written to local files, ready for the store."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    parquet: Path
    row_group_offsets: tuple[int, ...]
    quarantine: Path | None
    problems: tuple[ProblemCount, ...]
    samples: tuple[Problem, ...]
    schema: str = "learned"  # or `name/version` of a published schema
    schema_mismatch: tuple[Problem, ...] = ()  # missing-column, extra-column, …
    shape: TableShape | None = None
    profile: dict[str, Any] = field(default_factory=dict)  # as `table.profile` describes it
    folded: Path | None = None  # text columns in small letters without marks, for searching
    personal: tuple[PersonalFinding, ...] = ()


@dataclass(frozen=True)
class Change:
    """One difference; `kind` is a code of `vocabulary.CHANGES`, `before` and `after` are types, or
    names where a column was renamed."""

    kind: str
    table: str
    column: str = ""
    before: str = ""
    after: str = ""

    @property
    def is_breaking(self) -> bool:
        """Whether readers who rely on the promise would fail."""
        return self.kind in _BREAKING
