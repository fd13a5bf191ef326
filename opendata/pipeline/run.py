"""One harvest of one source: discover, save, files, settle; one bad record costs one record.

The only broad `except` besides the one around a file's steps: a fault of ours ends in the run's
row, with its reason, and in the log.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from opendata.errors import (
    InvalidDocument,
    LeaseLost,
    OpendataError,
    SourceFailure,
    SourceIncomplete,
)
from opendata.harvester import Harvester
from opendata.models import Dataset, Run, Source
from opendata.pipeline import files
from opendata.pipeline.lease import held
from opendata.pipeline.state import Lease, Tools
from opendata.records import Problem, RejectedRecord, SourceRecord
from opendata.services import datasets, runs
from opendata.vocabulary import RecordOutcome

log = logging.getLogger(__name__)

OpenHarvester = Callable[[Source], Harvester]
# Told after each record: what it is called, and the counts so far.
Progress = Callable[[str, Counter[str]], None]


@dataclass
class Tally:
    """What a run has seen so far."""

    counts: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    is_complete: bool = True
    reason: str = ""
    detail: str = ""


def harvest(
    source: Source,
    open_harvester: OpenHarvester,
    tools: Tools,
    *,
    trigger: str,
    progress: Progress,
) -> Run:
    """Run one harvest and return its row; raises AlreadyRunning when the source is taken.

    The harvester is opened inside: a wrong option or a missing secret ends in the run's row.
    """
    with held(tools, source, trigger=trigger) as lease:
        tools.fault("run-started")
        tally = Tally()
        try:
            _discover(source, open_harvester(source), lease, tools, tally, progress)
            _conclude(source, lease, tools, tally)
        except LeaseLost:
            raise
        except OpendataError as err:
            reason = err.reason if isinstance(err, SourceFailure) else err.code
            _give_up(tally, reason, str(err))
        except SQLAlchemyError as err:
            _give_up(tally, "internal-error", f"the database: {err.__class__.__name__}")
            log.exception("harvest of %s stopped by the database", source.name)
        except Exception as err:  # noqa: BLE001 - a fault of ours must end in the run's row
            _give_up(tally, "internal-error", err.__class__.__name__)
            log.exception("harvest of %s stopped by a fault", source.name)
        tools.fault("run-closing")
        return _close(source, lease, tools, tally)


def _discover(
    source: Source,
    harvester: Harvester,
    lease: Lease,
    tools: Tools,
    tally: Tally,
    progress: Progress,
) -> None:
    """Take record after record; the end of the list says whether it was whole."""
    try:
        for record in harvester.discover():
            if len(tally.seen) >= tools.settings.harvest.max_records:
                raise SourceIncomplete("too-many", source.url, "limit: [harvest] max_records")
            _take(record, source, harvester, lease, tools, tally)
            progress(_title(record), tally.counts)
    except SourceFailure as err:
        tally.is_complete = False
        tally.reason, tally.detail = err.reason, str(err)
        if isinstance(err, SourceIncomplete) and err.announced is not None:
            tally.counts["announced"] = err.announced


def _title(record: SourceRecord | RejectedRecord) -> str:
    if isinstance(record, RejectedRecord):
        return record.upstream_id
    return next(iter(record.title.values()), record.upstream_id)


def _take(
    record: SourceRecord | RejectedRecord,
    source: Source,
    harvester: Harvester,
    lease: Lease,
    tools: Tools,
    tally: Tally,
) -> None:
    if record.upstream_id in tally.seen:
        tally.counts["duplicates"] += 1
        log.info("source %s told record %s twice", source.name, record.upstream_id)
        return
    tally.seen.add(record.upstream_id)
    if isinstance(record, RejectedRecord):
        _reject(record, record.problems, lease, tools, tally)
        return
    try:
        saved = _save(source, record, lease, tools)
    except InvalidDocument as err:
        problems = tuple(
            Problem("invalid-metadata", field=path, value=text) for path, text in err.fields.items()
        )
        _reject(record, problems, lease, tools, tally)
        return
    tools.fault("record-saved")
    results = files.process(
        saved.dataset.id, source=source, harvester=harvester, lease=lease, tools=tools
    )
    _settle(source, record, saved, results, lease, tools, tally)


def _save(source: Source, record: SourceRecord, lease: Lease, tools: Tools) -> datasets.Saved:
    with tools.sessions() as session:
        runs.hold_fence(session, lease.run_id, fence=lease.fence)
        saved = datasets.save(
            session, source, record, now=tools.clock(), actor=f"harvest:{source.name}"
        )
        session.commit()
        return saved


def _settle(
    source: Source,
    record: SourceRecord,
    saved: datasets.Saved,
    results: files.FileResults,
    lease: Lease,
    tools: Tools,
    tally: Tally,
) -> None:
    """Make a new dataset public now that all its files were tried, and write the record."""
    outcome = _outcome(saved, results)
    with tools.sessions() as session:
        runs.hold_fence(session, lease.run_id, fence=lease.fence)
        dataset = session.get_one(Dataset, saved.dataset.id)
        if datasets.settle(session, dataset, policy=source.policy, actor=f"harvest:{source.name}"):
            outcome = RecordOutcome.CREATED
        _write_record(
            session, lease, record, outcome, (*saved.problems, *results.problems), dataset
        )
        session.commit()
    tools.fault("dataset-settled")
    tally.counts[outcome.value] += 1
    tally.counts.update(results.counts)


def _outcome(saved: datasets.Saved, results: files.FileResults) -> RecordOutcome:
    if saved.created:
        return RecordOutcome.CREATED
    if saved.changed or results.changed:
        return RecordOutcome.UPDATED
    return RecordOutcome.UNCHANGED


def _reject(
    record: SourceRecord | RejectedRecord,
    problems: tuple[Problem, ...],
    lease: Lease,
    tools: Tools,
    tally: Tally,
) -> None:
    with tools.sessions() as session:
        runs.hold_fence(session, lease.run_id, fence=lease.fence)
        _write_record(session, lease, record, RecordOutcome.REJECTED, problems, None)
        session.commit()
    tally.counts[RecordOutcome.REJECTED.value] += 1


def _write_record(
    session: Session,
    lease: Lease,
    record: SourceRecord | RejectedRecord,
    outcome: RecordOutcome,
    problems: tuple[Problem, ...],
    dataset: Dataset | None,
) -> None:
    """The raw document is kept when it says something new, so that history stays small."""
    runs.add_record(
        session,
        lease.run_id,
        record.upstream_id,
        dataset_id=dataset.id if dataset else None,
        outcome=outcome.value,
        problems=[asdict(problem) for problem in problems],
        raw=None if outcome == RecordOutcome.UNCHANGED else record.raw,
        lost=list(record.lost) if isinstance(record, SourceRecord) else [],
    )


def _conclude(source: Source, lease: Lease, tools: Tools, tally: Tally) -> None:
    """Look for what is gone, last of all, and only when the whole list was read."""
    if not tally.is_complete:
        return
    with tools.sessions() as session:
        runs.hold_fence(session, lease.run_id, fence=lease.fence)
        missing = datasets.missing(session, source, seen=tally.seen)
        limits = tools.settings.harvest
        known = datasets.count_known(session, source)
        allowed = max(limits.shrink_limit_count, known * limits.shrink_limit_percent / 100)
        if len(missing) > allowed:
            tally.reason = "source-shrunk"
            tally.detail = f"{len(missing)} of {known} datasets are no longer listed"
            return
        for dataset in missing:
            datasets.mark_absent(
                session, dataset, now=tools.clock(), actor=f"harvest:{source.name}"
            )
        session.commit()
        if missing:
            tally.counts[RecordOutcome.ABSENT.value] += len(missing)


def _give_up(tally: Tally, reason: str, detail: str) -> None:
    tally.is_complete = False
    tally.reason, tally.detail = reason, detail


def _close(source: Source, lease: Lease, tools: Tools, tally: Tally) -> Run:
    state = runs.state_of(
        tally.counts,
        is_complete=tally.is_complete,
        reason=tally.reason,
    )
    with tools.sessions() as session:
        run = runs.hold_fence(session, lease.run_id, fence=lease.fence)
        runs.finish(
            run,
            now=tools.clock(),
            counts=tally.counts,
            state=state,
            reason=tally.reason,
            detail=tally.detail,
        )
        session.commit()
        run.source = source
        log.info("run %s of %s ended %s", run.id, source.name, state.value)
        return run


def preview(
    source: Source, open_harvester: OpenHarvester, tools: Tools, *, progress: Progress
) -> Tally:
    """List what a harvest would do to the metadata, and change nothing."""
    tally = Tally()
    try:
        for record in open_harvester(source).discover():
            tally.seen.add(record.upstream_id)
            tally.counts[_foresee(source, record, tools).value] += 1
            progress(_title(record), tally.counts)
    except SourceFailure as err:
        tally.is_complete = False
        tally.reason, tally.detail = err.reason, str(err)
    return tally


def _foresee(source: Source, record: SourceRecord | RejectedRecord, tools: Tools) -> RecordOutcome:
    if isinstance(record, RejectedRecord):
        return RecordOutcome.REJECTED
    with tools.sessions() as session:
        try:
            saved = datasets.save(session, source, record, now=tools.clock(), actor="preview")
        except InvalidDocument:
            return RecordOutcome.REJECTED
        finally:
            session.rollback()
    if saved.created:
        return RecordOutcome.CREATED
    return RecordOutcome.UPDATED if saved.changed else RecordOutcome.UNCHANGED
