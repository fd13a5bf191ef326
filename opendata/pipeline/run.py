"""One harvest of one source: discover, take record after record, then look for what is gone.

The only broad `except` besides the one around a file's steps: a fault of ours ends in the run's
row, with its reason, and in the log.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from opendata.database import is_outage
from opendata.errors import (
    InvalidDocument,
    LeaseLost,
    OpendataError,
    SourceFailure,
    SourceIncomplete,
)
from opendata.harvester import Harvester
from opendata.models import Run, Source
from opendata.pipeline.lease import held
from opendata.pipeline.state import Lease, Tools
from opendata.pipeline.take import Harvest, Tally, has_too_many_files, take
from opendata.records import RejectedRecord, SourceRecord
from opendata.services import datasets, runs
from opendata.transport.addresses import shown
from opendata.vocabulary import RecordOutcome

log = logging.getLogger(__name__)

OpenHarvester = Callable[[Source], Harvester]
# Told after each record: what it is called, and the counts so far.
Progress = Callable[[str, Counter[str]], None]


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
            harvest = Harvest(source, open_harvester(source), lease, tools, tally)
            _discover(harvest, progress)
            _conclude(harvest)
        except LeaseLost:
            raise
        except (KeyboardInterrupt, SystemExit):
            tally.give_up("cancelled", "")
            _close(source, lease, tools, tally)
            raise
        except OpendataError as err:
            tally.give_up(err.reason if isinstance(err, SourceFailure) else err.code, str(err))
        except SQLAlchemyError as err:
            tally.give_up("database", err.__class__.__name__)
            log.exception("harvest of %s stopped by the database", source.name)
        except Exception as err:  # noqa: BLE001 - a fault of ours must end in the run's row
            tally.give_up("internal-error", err.__class__.__name__)
            log.exception("harvest of %s stopped by a fault", source.name)
        tools.fault("run-closing")
        return _close(source, lease, tools, tally)


def _discover(harvest: Harvest, progress: Progress) -> None:
    """Take record after record; the end of the list says whether it was whole."""
    tally, limit = harvest.tally, harvest.tools.settings.harvest.max_records
    try:
        for record in harvest.harvester.discover():
            if len(tally.seen) >= limit:
                where = shown(harvest.source.url)
                raise SourceIncomplete("too-many", where, "more than [harvest] max_records")
            take(harvest, record)
            progress(_title(record), tally.counts)
    except SourceFailure as err:
        tally.give_up(err.reason, str(err))
        if isinstance(err, SourceIncomplete) and err.announced is not None:
            tally.counts["announced"] = err.announced


def _title(record: SourceRecord | RejectedRecord) -> str:
    if isinstance(record, RejectedRecord):
        return record.upstream_id
    return next(iter(record.title.values()), record.upstream_id)


def _conclude(harvest: Harvest) -> None:
    """Look for what is gone, last of all, and only when the whole list was read and understood."""
    tally = harvest.tally
    if not tally.is_complete or tally.unidentified:
        return
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        missing = datasets.missing(session, harvest.source, seen=tally.seen)
        active = datasets.count_active(session, harvest.source)
        known = active - tally.counts[RecordOutcome.CREATED.value]
        if missing and _is_too_much(len(missing), known, harvest.tools):
            tally.reason = "source-shrunk"
            tally.detail = f"{len(missing)} of {known} datasets are no longer listed"
            return
        for dataset in missing:
            datasets.mark_absent(session, dataset, now=harvest.tools.clock(), actor=harvest.actor)
        session.commit()
    if missing:
        tally.counts[RecordOutcome.ABSENT.value] += len(missing)


def _is_too_much(missing: int, known: int, tools: Tools) -> bool:
    """A source that lists nothing any more, or far less, is not believed without a person."""
    limits = tools.settings.harvest
    allowed = max(limits.shrink_limit_count, known * limits.shrink_limit_percent / 100)
    return missing > allowed or (missing == known and known > 1)


def _close(source: Source, lease: Lease, tools: Tools, tally: Tally) -> Run:
    state = runs.state_of(tally.counts, is_complete=tally.is_complete, reason=tally.reason)
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
            if record.upstream_id in tally.seen:
                continue
            tally.seen.add(record.upstream_id)
            tally.counts[_foresee(source, record, tools).value] += 1
            progress(_title(record), tally.counts)
    except OpendataError as err:
        tally.give_up(err.reason if isinstance(err, SourceFailure) else err.code, str(err))
    return tally


def _foresee(source: Source, record: SourceRecord | RejectedRecord, tools: Tools) -> RecordOutcome:
    if isinstance(record, RejectedRecord) or has_too_many_files(record, tools):
        return RecordOutcome.REJECTED
    with tools.sessions() as session:
        try:
            saved = datasets.save(session, source, record, now=tools.clock(), actor="preview")
        except InvalidDocument:
            return RecordOutcome.REJECTED
        except DBAPIError as err:
            if is_outage(err):
                raise
            return RecordOutcome.FAILED
        finally:
            session.rollback()
    if saved.created:
        return RecordOutcome.CREATED
    return RecordOutcome.UPDATED if saved.changed else RecordOutcome.UNCHANGED
