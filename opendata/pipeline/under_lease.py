"""A run from its first row to its last: the lease around it, and how whatever ends it is told.

The only broad `except` besides the one around a file's steps: a fault of ours ends in the run's
row, with its reason, and in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from opendata.errors import LeaseLost, OpendataError, SourceFailure
from opendata.models import Run, Source
from opendata.pipeline.harvest import Harvest, Tally
from opendata.pipeline.lease import held
from opendata.pipeline.opening import Opened
from opendata.pipeline.state import Lease, Tools
from opendata.services import run_records, runs
from opendata.vocabulary import RunState

log = logging.getLogger(__name__)

OpenHarvester = Callable[[Source], Opened]


def under_lease(
    source: Source,
    open_harvester: OpenHarvester,
    tools: Tools,
    work: Callable[[Harvest], None],
    *,
    trigger: str,
    only: frozenset[str] | None = None,
) -> Run:
    """Do `work` as one run of a source and return its row; raises AlreadyRunning when the source
    is taken.

    The harvester is opened inside: a wrong option or a missing secret ends in the run's row.
    """
    at_work: list[Harvest] = []
    with held(tools, source, trigger=trigger, on_lost=lambda: _abort(at_work)) as lease:
        tools.fault("run-started")
        is_selection = only is not None or trigger in runs.PARTIAL_TRIGGERS
        tally = Tally(is_selection=is_selection)
        try:
            opened = open_harvester(source)
            at_work.append(Harvest(source, opened, lease, tools, tally, only, trigger))
            work(at_work[0])
        except LeaseLost:
            return _ended_by_another(source, lease, tools)
        except (KeyboardInterrupt, SystemExit):
            tally.give_up("cancelled", "")
            _close(source, lease, tools, tally)
            raise
        except OpendataError as err:
            tally.give_up(err.reason if isinstance(err, SourceFailure) else err.code, str(err))
        except Exception as err:  # noqa: BLE001 - a fault of ours must end in the run's row
            _give_up_at_a_fault(source, tally, err)
        tools.fault("run-closing")
        try:
            return _close(source, lease, tools, tally)
        except LeaseLost:
            return _ended_by_another(source, lease, tools)


def _give_up_at_a_fault(source: Source, tally: Tally, err: Exception) -> None:
    if isinstance(err, SQLAlchemyError):
        # The driver's word: what is full, shut down or locked.
        tally.give_up("database", type(getattr(err, "orig", None) or err).__name__)
        log.error("harvest of %s stopped by the database", source.name, exc_info=err)
    else:
        tally.give_up("internal-error", type(err).__name__)
        log.error("harvest of %s stopped by a fault", source.name, exc_info=err)


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
