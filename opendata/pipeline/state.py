"""What the steps hand to each other: frozen values, and the tools they work with."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from opendata import faults
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.harvester import Harvester, Validators
from opendata.pipeline.apart import Apart
from opendata.records import Distribution, Problem
from opendata.services.table_schemas import TableSchema
from opendata.storage import Store

# Differences that readers who rely on a table would fail at.
_BREAKING = frozenset({"table-gone", "column-gone", "column-renamed", "type-changed"})


@dataclass(frozen=True)
class Tools:
    """What is handed in once, so that tests can bend it: clock, store, fault points."""

    settings: Settings
    sessions: SessionFactory
    store: Store
    clock: Callable[[], datetime]
    fault: faults.Fault = faults.none
    # Set when the process is asked to end: the run gives back what it has not finished.
    stop: threading.Event = field(default_factory=threading.Event)
    # The leases that this process holds now.
    leases: set[Lease] = field(default_factory=set)


@dataclass(frozen=True)
class Policy:
    """What an administrator decided for everything from one source."""

    mode: str  # publish, flag or hold
    quarantine_limit_percent: float
    shrink_limit_percent: float
    shrink_limit_count: int


@dataclass(frozen=True)
class Lease:
    """The right to write for one source: a run and its fencing number."""

    run_id: int
    fence: int
    # Set when another has taken over, or a person has stopped the run.
    lost: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)


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
class Published:
    """What readers see now of this resource; what a new build is held against."""

    build_id: int
    digest: str
    rows: int
    contract: Mapping[str, Sequence[Mapping[str, Any]]] | None


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


@dataclass(frozen=True)
class Verdict:
    """What `decide` says: a build state, the codes of its reasons, and how the build differs from
    what the resource promises."""

    state: str
    reasons: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Stored:
    """The original of a version, as it came: what a rebuild begins with."""

    path: Path
    digest: str
    size: int
    fetched_at: datetime
    fetched_from: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Work:
    """One resource on its way through the steps; every step returns a fuller copy."""

    resource_id: uuid.UUID
    dataset_id: uuid.UUID
    distribution: Distribution
    harvester: Harvester
    lease: Lease
    policy: Policy
    folder: Path  # a temporary folder of this resource alone
    actor: str
    claimed_format: str = ""
    schema: TableSchema | None = None
    stored: Stored | None = None  # a rebuild takes this and asks nobody
    version_since: datetime | None = None  # when the newest version came
    # What the source called the bytes that we have, asked with when nothing but they is needed.
    asks_with: Validators = Validators()
    is_asked_for_all: bool = False  # a full check is due, or the source's word is not believed
    last_digest: str | None = None  # of the newest version, whatever became of it
    is_settled: bool = False  # that version was built as it would be now, and waits for nobody
    # (kind, digest, size) of what the store must hold of that version
    standing_files: tuple[tuple[str, str, int | None], ...] = ()
    published: Published | None = None
    blocked: frozenset[str] = frozenset()
    # fetch
    spool: Path | None = None
    digest: str = ""
    size: int = 0
    fetched_at: datetime | None = None
    fetched_from: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_unconfirmed: bool = False  # the source says that nothing changed; the bytes were not seen
    validators_lied: bool = False  # other bytes under the same names
    # detect
    shape: FileShape | None = None
    # tabulate
    tables: tuple[BuiltTable, ...] = ()
    # decide
    verdict: Verdict | None = None
    # the end: `unchanged`, or the state of the build that stands now
    outcome: str = ""
    is_new: bool = False  # this run made the build, or judged it otherwise
    is_new_version: bool = False  # other bytes than before

    @property
    def validators(self) -> dict[str, str]:
        """What the source calls the bytes just fetched, as kept beside the resource."""
        named = {
            "etag": self.headers.get("etag", ""),
            "last_modified": self.headers.get("last-modified", ""),
        }
        return {name: text for name, text in named.items() if text}
