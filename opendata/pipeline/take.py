"""One record of a run: save its metadata, take its files through the steps, settle the dataset.

A record that cannot be taken costs that record and no other.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import asdict, dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from opendata.database import is_outage
from opendata.errors import InvalidDocument
from opendata.harvester import Harvester
from opendata.models import Dataset, Source
from opendata.pipeline import files
from opendata.pipeline.state import Lease, Tools
from opendata.records import Problem, RejectedRecord, SourceRecord
from opendata.services import datasets, runs
from opendata.vocabulary import RecordOutcome

log = logging.getLogger(__name__)

# An index entry of PostgreSQL holds some 2,700 bytes.
_MAX_ID = 500
_NO_IDENTITY = ("missing-id", "not-an-object")


@dataclass
class Tally:
    """What a run has seen so far."""

    counts: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    is_complete: bool = True
    # Records without an identifier: any known dataset may be among them.
    unidentified: int = 0
    reason: str = ""
    detail: str = ""

    def give_up(self, reason: str, detail: str) -> None:
        """Note why the list was not read to its end."""
        self.is_complete = False
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Harvest:
    """What every record of one run is taken with."""

    source: Source
    harvester: Harvester
    lease: Lease
    tools: Tools
    tally: Tally

    @property
    def actor(self) -> str:
        """Who writes the events."""
        return f"harvest:{self.source.name}"


def take(harvest: Harvest, record: SourceRecord | RejectedRecord) -> None:
    """Take one record; what it cannot be is noted with the run, and the run goes on."""
    tally = harvest.tally
    if record.upstream_id in tally.seen:
        tally.counts["duplicates"] += 1
        log.info("source %s told record %s twice", harvest.source.name, record.upstream_id)
        return
    tally.seen.add(record.upstream_id)
    if isinstance(record, RejectedRecord):
        tally.unidentified += any(problem.code in _NO_IDENTITY for problem in record.problems)
        _set_aside(harvest, record, RecordOutcome.REJECTED, record.problems)
        return
    if has_too_many_files(record, harvest.tools):
        problem = Problem("too-many-files", value=str(len(record.distributions)))
        _set_aside(harvest, record, RecordOutcome.REJECTED, (problem,))
        return
    try:
        _keep(harvest, record)
    except InvalidDocument as err:
        problems = tuple(
            Problem("invalid-metadata", field=path, value=text) for path, text in err.fields.items()
        )
        _set_aside(harvest, record, RecordOutcome.REJECTED, problems)
    except DBAPIError as err:
        if is_outage(err):
            raise
        # The database refuses this record; the others need not suffer for it.
        log.warning("record %s of %s was refused", record.upstream_id, harvest.source.name)
        problems = (Problem("refused", value=type(err.orig).__name__),)
        _set_aside(harvest, record, RecordOutcome.FAILED, problems)


def has_too_many_files(record: SourceRecord, tools: Tools) -> bool:
    """Say whether a dataset lists more files than one may have."""
    return len(record.distributions) > tools.settings.harvest.max_files


def _keep(harvest: Harvest, record: SourceRecord) -> None:
    saved = _save(harvest, record)
    harvest.tools.fault("record-saved")
    results = files.process(
        saved.dataset.id,
        source=harvest.source,
        harvester=harvest.harvester,
        lease=harvest.lease,
        tools=harvest.tools,
    )
    _settle(harvest, record, saved, results)


def _save(harvest: Harvest, record: SourceRecord) -> datasets.Saved:
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        saved = datasets.save(
            session, harvest.source, record, now=harvest.tools.clock(), actor=harvest.actor
        )
        if saved.changed:
            # In the transaction of the change: the document behind it must not be lost.
            outcome = RecordOutcome.CREATED if saved.created else RecordOutcome.UPDATED
            _write(session, harvest, record, outcome, saved.problems, saved.dataset)
        session.commit()
        return saved


def _settle(
    harvest: Harvest, record: SourceRecord, saved: datasets.Saved, results: files.FileResults
) -> None:
    """Make a new dataset public now that all its files were tried, and write the record."""
    outcome = _outcome(saved, results)
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        dataset = session.get_one(Dataset, saved.dataset.id)
        policy = harvest.source.policy
        if datasets.settle(session, dataset, policy=policy, actor=harvest.actor):
            outcome = RecordOutcome.CREATED
        problems = (*saved.problems, *results.problems)
        _write(session, harvest, record, outcome, problems, dataset)
        session.commit()
    harvest.tools.fault("dataset-settled")
    harvest.tally.counts[outcome.value] += 1
    harvest.tally.counts.update(results.counts)


def _outcome(saved: datasets.Saved, results: files.FileResults) -> RecordOutcome:
    if saved.created:
        return RecordOutcome.CREATED
    if saved.changed or results.is_changed:
        return RecordOutcome.UPDATED
    return RecordOutcome.UNCHANGED


def _set_aside(
    harvest: Harvest,
    record: SourceRecord | RejectedRecord,
    outcome: RecordOutcome,
    problems: tuple[Problem, ...],
) -> None:
    """Write that a record could not be taken, and why."""
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        _write(session, harvest, record, outcome, problems, None)
        session.commit()
    harvest.tally.counts[outcome.value] += 1


def _write(
    session: Session,
    harvest: Harvest,
    record: SourceRecord | RejectedRecord,
    outcome: RecordOutcome,
    problems: tuple[Problem, ...],
    dataset: Dataset | None,
) -> None:
    """The raw document is kept when it says something new, so that history stays small."""
    runs.write_record(
        session,
        harvest.lease.run_id,
        record.upstream_id[:_MAX_ID],
        dataset_id=dataset.id if dataset else None,
        outcome=outcome.value,
        problems=[asdict(problem) for problem in problems],
        raw=None if outcome == RecordOutcome.UNCHANGED else record.raw,
        lost=list(record.lost) if isinstance(record, SourceRecord) else [],
    )
