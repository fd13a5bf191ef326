"""What every record of one run is taken with, and what the run has seen so far."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field

from opendata.errors import LeaseLost, RunInterrupted
from opendata.harvester import Harvester
from opendata.models import Source
from opendata.pipeline.opening import Opened
from opendata.pipeline.state import Lease, Tools
from opendata.records import PublisherName


@dataclass
class Tally:
    """What a run has seen so far."""

    counts: Counter[str] = field(default_factory=Counter)
    # Identifiers of records, each with the digest of what was told under it first.
    seen: dict[str, bytes] = field(default_factory=dict)
    publishers: dict[PublisherName, uuid.UUID] = field(default_factory=dict)
    is_complete: bool = True
    is_selection: bool = False  # only some records were wanted
    # Records without an identifier: any known dataset may be among them.
    unidentified: int = 0
    reason: str = ""
    detail: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the run has seen all that the source lists: silence may be concluded from it."""
        return self.is_complete and not self.unidentified and not self.is_selection

    def give_up(self, reason: str, detail: str) -> None:
        """Note why the list was not read to its end."""
        self.is_complete = False
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Harvest:
    """One run at work. `only`: the upstream ids to take, where not all are; `trigger`: who began
    it, as `models.Run` names them."""

    source: Source
    opened: Opened
    lease: Lease
    tools: Tools
    tally: Tally = field(default_factory=Tally)
    only: frozenset[str] | None = None
    trigger: str = "cli"

    @property
    def is_scheduled(self) -> bool:
        """Whether files that seldom change are left alone until they are due."""
        return self.trigger == "schedule"

    @property
    def is_rebuild(self) -> bool:
        """Whether all comes from the store."""
        return self.trigger == "rebuild"

    @property
    def harvester(self) -> Harvester:
        """What reads the source."""
        return self.opened.harvester

    def abort(self) -> None:
        """End every transfer under way, from whatever thread."""
        self.opened.http.abort()

    @property
    def actor(self) -> str:
        """Who writes the events."""
        return f"harvest:{self.source.name}"

    def check_going_on(self) -> None:
        """Raise when the run may not, or shall not, go on."""
        if self.lease.lost.is_set():
            raise LeaseLost(f"Run {self.lease.run_id} was stopped or taken over.")
        if self.tools.stop.is_set():
            raise RunInterrupted("The process was asked to stop; what is left is run again.")
