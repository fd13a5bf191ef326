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
from opendata.pipeline.tables import BuiltTable, Change, FileShape
from opendata.records import Distribution
from opendata.services.table_schemas import TableSchema
from opendata.storage import Store


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
class Published:
    """What readers see now of this resource; what a new build is held against."""

    build_id: int
    digest: str
    rows: int
    contract: Mapping[str, Sequence[Mapping[str, Any]]] | None


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
