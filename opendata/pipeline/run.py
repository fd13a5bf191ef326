"""One harvest of one source: discover, take batch after batch, then look for what is gone.

The only broad `except` besides the one around a file's steps: a fault of ours ends in the run's
row, with its reason, and in the log.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from opendata.errors import (
    LeaseLost,
    OpendataError,
    SourceFailure,
    SourceIncomplete,
)
from opendata.models import Run, Source
from opendata.pipeline.conclude import conclude
from opendata.pipeline.files import working
from opendata.pipeline.harvest import Harvest, Tally
from opendata.pipeline.lease import held
from opendata.pipeline.opening import Opened
from opendata.pipeline.state import Lease, Tools
from opendata.pipeline.take import take
from opendata.records import RejectedRecord, SourceRecord
from opendata.services import run_records, runs, store_care
from opendata.transport.addresses import shown
from opendata.vocabulary import RunState

log = logging.getLogger(__name__)

OpenHarvester = Callable[[Source], Opened]
# Told after each batch: what its last record is called, and the counts so far.
Progress = Callable[[str, Counter[str]], None]
_BATCH = 100
_LONGEST_ASKED = 7 * 86_400  # seconds; what a source asks beyond that says nothing


def harvest(
    source: Source,
    open_harvester: OpenHarvester,
    tools: Tools,
    *,
    trigger: str,
    progress: Progress,
    only: frozenset[str] | None = None,
) -> Run:
    """Run one harvest and return its row; raises AlreadyRunning when the source is taken.

    The harvester is opened inside: a wrong option or a missing secret ends in the run's row. With
    `only`, records of other upstream ids are passed over, and nothing is concluded from silence.
    """
    at_work: list[Harvest] = []
    with held(tools, source, trigger=trigger, on_lost=lambda: _abort(at_work)) as lease:
        tools.fault("run-started")
        tally = Tally(is_selection=only is not None)
        try:
            _check_store(source, tools)
            opened = open_harvester(source)
            is_scheduled = trigger == "schedule"
            at_work.append(Harvest(source, opened, lease, tools, tally, only, is_scheduled))
            _discover(at_work[0], progress)
            conclude(at_work[0])
        except LeaseLost:
            return _ended_by_another(source, lease, tools)
        except (KeyboardInterrupt, SystemExit):
            tally.give_up("cancelled", "")
            _close(source, lease, tools, tally)
            raise
        except OpendataError as err:
            tally.give_up(err.reason if isinstance(err, SourceFailure) else err.code, str(err))
        except SQLAlchemyError as err:
            # The driver's word: what is full, shut down or locked.
            tally.give_up("database", type(getattr(err, "orig", None) or err).__name__)
            log.exception("harvest of %s stopped by the database", source.name)
        except Exception as err:  # noqa: BLE001 - a fault of ours must end in the run's row
            tally.give_up("internal-error", err.__class__.__name__)
            log.exception("harvest of %s stopped by a fault", source.name)
        tools.fault("run-closing")
        try:
            return _close(source, lease, tools, tally)
        except LeaseLost:
            return _ended_by_another(source, lease, tools)


def _check_store(source: Source, tools: Tools) -> None:
    if source.files == "copy":
        with tools.sessions() as session:
            store_care.require(session, tools.store)


def _ended_by_another(source: Source, lease: Lease, tools: Tools) -> Run:
    """Return a run that a person stopped; raises LeaseLost for one that was taken over."""
    with tools.sessions() as session:
        run = session.get_one(Run, lease.run_id)
        if run.state != RunState.CANCELLED:
            raise LeaseLost(f"Run {run.id} was taken over by another; it can write nothing more.")
        run.source = source
        return run


def _abort(at_work: list[Harvest]) -> None:
    for harvest in at_work:
        harvest.abort()


def _discover(harvest: Harvest, progress: Progress) -> None:
    """Take batch after batch; the end of the list says whether it was whole."""
    tally = harvest.tally
    try:
        with working(harvest) as files:
            for batch in _batches(_bounded(harvest)):
                take(harvest, batch, files)
                _show_progress(harvest)
                progress(_title(batch[-1]), tally.counts)
    except SourceFailure as err:
        harvest.check_going_on()  # a listing cut short by the end of the run is no fault of its own
        tally.give_up(err.reason, str(err))
        if isinstance(err, SourceIncomplete) and err.announced is not None:
            tally.counts["announced"] = err.announced
        if asked := err.wait or getattr(err.__cause__, "wait", 0):
            tally.counts["retry_after"] = int(min(asked, _LONGEST_ASKED))


def _bounded(harvest: Harvest) -> Iterator[SourceRecord | RejectedRecord]:
    """Give the records of a source, within the limits of one run."""
    limits = harvest.tools.settings.harvest
    where, until = shown(harvest.source.url), monotonic() + limits.max_run_hours * 3600
    for count, record in enumerate(harvest.harvester.discover(), start=1):
        if count > limits.max_records:
            raise SourceIncomplete("too-many", where, "more than [harvest] max_records")
        if monotonic() > until:
            raise SourceIncomplete("too-long", where, "longer than [harvest] max_run_hours")
        harvest.check_going_on()
        yield record
        if harvest.only is not None and harvest.only <= harvest.tally.seen.keys():
            return


def _batches(
    records: Iterator[SourceRecord | RejectedRecord],
) -> Iterator[list[SourceRecord | RejectedRecord]]:
    """Gather records; what came before a failure is given as well, then the failure goes on."""
    batch: list[SourceRecord | RejectedRecord] = []
    try:
        for record in records:
            batch.append(record)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except SourceFailure:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _show_progress(harvest: Harvest) -> None:
    """Let others see how far the run has come."""
    with harvest.tools.sessions() as session:
        run = runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        run.counts = dict(harvest.tally.counts)
        session.commit()


def _title(record: SourceRecord | RejectedRecord) -> str:
    if isinstance(record, RejectedRecord):
        return record.upstream_id
    return next(iter(record.title.values()), record.upstream_id)


def _close(source: Source, lease: Lease, tools: Tools, tally: Tally) -> Run:
    state = runs.state_of(tally.counts, is_complete=tally.is_complete, reason=tally.reason)
    with tools.sessions() as session:
        run = runs.hold_fence(session, lease.run_id, fence=lease.fence)
        runs.finish(
            session,
            run,
            now=tools.clock(),
            counts=tally.counts,
            is_complete=tally.is_whole,
            state=state,
            reason=tally.reason,
            detail=tally.detail,
        )
        run_records.prune(session, run)
        session.commit()
        run.source = source
        log.info("run %s of %s ended %s", run.id, source.name, state.value)
        return run
