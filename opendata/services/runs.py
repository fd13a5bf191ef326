"""Runs: one per source, owned by a lease with a heartbeat and a fencing number.

The lease says until when a run may be believed alive; the fencing number, checked inside every
writing transaction, makes sure that a worker which was taken for dead writes nothing when it wakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from opendata import events
from opendata.errors import AlreadyRunning, Conflict, LeaseLost, NotFound
from opendata.models import Run, Source
from opendata.services.run_states import change_of_state
from opendata.vocabulary import ExitCode, RecordOutcome, RunState

# Runs that see a part of the records, or none: they say nothing of the source as a whole.
PARTIAL_TRIGGERS = ("retry", "rebuild")
_UNREAD = (RecordOutcome.FAILED.value, RecordOutcome.REJECTED.value, "failed_resources")
_READ = (
    RecordOutcome.CREATED.value,
    RecordOutcome.UPDATED.value,
    RecordOutcome.UNCHANGED.value,
)


def start(
    session: Session, source: Source, *, trigger: str, now: datetime, lease: timedelta
) -> Run:
    """Take the lease of a source; raises AlreadyRunning when another run holds it."""
    close_lost(session, source, now=now)
    fence = session.scalar(
        update(Source)
        .where(Source.id == source.id)
        .values(fence=Source.fence + 1)
        .returning(Source.fence)
    )
    taken = session.scalar(
        insert(Run)
        .values(
            source_id=source.id,
            trigger=trigger,
            state=RunState.RUNNING.value,
            fence=fence,
            started_at=now,
            lease_until=now + lease,
            counts={},
        )
        .on_conflict_do_nothing()
        .returning(Run.id)
    )
    if taken is None:
        raise AlreadyRunning(
            f"Source {source.name} is being harvested right now; "
            "wait for it, see `opendata harvest status`."
        )
    return session.get_one(Run, taken)


def close_lost(
    session: Session, source: Source, *, now: datetime, holder_is_gone: bool = False
) -> None:
    """End the run of a worker whose lease ran out, or which is known to be gone."""
    session.execute(
        update(Run)
        .where(
            Run.source_id == source.id,
            Run.state == RunState.RUNNING.value,
            true() if holder_is_gone else Run.lease_until < now,
        )
        .values(state=RunState.FAILED.value, reason="lost-worker", finished_at=now)
    )


def renew(session: Session, run_id: int, *, fence: int, until: datetime) -> bool:
    """Move the end of the lease; False when the run is no longer ours."""
    moved = session.execute(
        update(Run)
        .where(Run.id == run_id, Run.fence == fence, Run.state == RunState.RUNNING.value)
        .values(lease_until=until)
        .returning(Run.id)
    ).first()
    return moved is not None


def hold_fence(session: Session, run_id: int, *, fence: int) -> Run:
    """Lock our run for this transaction; raises LeaseLost when another has taken over.

    A shared lock: files of one run are written side by side, and who takes over waits for all.
    """
    run = session.scalars(
        select(Run)
        .where(Run.id == run_id, Run.fence == fence, Run.state == RunState.RUNNING.value)
        .with_for_update(read=True)
    ).first()
    if run is None:
        raise LeaseLost(
            f"Run {run_id} no longer holds its source: another run took over or it was stopped."
        )
    return run


def state_of(counts: Mapping[str, int], *, is_complete: bool, reason: str) -> RunState:
    """Say how a run ended: the one function that page, mail and exit code use.

    `partial` means that something could not be read; a run that read nothing at all failed.
    """
    if reason in ("cancelled", "interrupted"):
        return RunState.CANCELLED
    if reason == "source-shrunk":
        return RunState.NEEDS_CONFIRMATION
    read = sum(counts.get(word, 0) for word in _READ)
    unread = sum(counts.get(word, 0) for word in _UNREAD)
    if not read and (unread or not is_complete):
        return RunState.FAILED
    if unread or not is_complete:
        return RunState.PARTIAL
    return RunState.SUCCEEDED


def exit_code(runs: Sequence[Run]) -> ExitCode:
    """Return what the shell is told of several runs: the worst comes first."""
    states = {run.state for run in runs}
    if states & {RunState.FAILED.value, RunState.CANCELLED.value}:
        return ExitCode.FAILED
    if RunState.PARTIAL.value in states:
        return ExitCode.PARTIAL
    if any(run.reason == "source-shrunk" or run.counts.get("held", 0) for run in runs):
        return ExitCode.WAITS
    return ExitCode.WELL


def finish(
    session: Session,
    run: Run,
    *,
    now: datetime,
    counts: Counter[str],
    is_complete: bool,
    state: RunState,
    reason: str,
    detail: str,
) -> None:
    """Close a run with its counts."""
    run.state = state.value
    run.counts = dict(counts)
    run.is_complete = is_complete
    is_unread = state in (RunState.PARTIAL, RunState.FAILED)
    run.reason = reason or ("some-unread" if is_unread else "")
    run.detail = detail[:2_000]
    run.finished_at = now
    if run.trigger not in PARTIAL_TRIGGERS:
        before = session.scalars(_others_that_count(run).where(Run.id < run.id)).first()
        _tell_of_change(session, run, RunState(before) if before else None)


def confirmed(session: Session, run: Run, *, counts: Mapping[str, int], actor: str) -> None:
    """Let a run that waited for a person end well; `counts` are added to its own."""
    before = RunState(run.state)
    run.state, run.reason = RunState.SUCCEEDED.value, ""
    run.counts = dict(Counter(run.counts) + Counter(counts))
    if session.scalars(_others_that_count(run).where(Run.id > run.id)).first() is None:
        # Else it is the later one that says how the source is.
        _tell_of_change(session, run, before, actor=actor)


def _others_that_count(run: Run) -> Select[str]:
    """The state of the newest run of the same source that says how the source is."""
    return (
        select(Run.state)
        .where(
            Run.source_id == run.source_id,
            Run.trigger.not_in(PARTIAL_TRIGGERS),
            Run.reason != "lost-worker",  # of our own making: nobody was told of it
            Run.state.not_in([RunState.RUNNING.value, RunState.CANCELLED.value]),
        )
        .order_by(Run.id.desc())
        .limit(1)
    )


def _tell_of_change(
    session: Session, run: Run, before: RunState | None, *, actor: str = ""
) -> None:
    """Write the event that notices are made of, if the source now asks something else of people."""
    kind = change_of_state(before, RunState(run.state))
    if kind is None:
        return
    source = session.get_one(Source, run.source_id)
    events.append(
        session,
        actor=actor or f"harvest:{source.name}",
        kind=kind,
        subject=("source", source.id),
        name=source.name,
        run=run.id,
        state=run.state,
        reason=run.reason,
        detail=run.detail,
        counts=run.counts,
        since=run.started_at.isoformat(),
    )


def stop(session: Session, run: Run, *, now: datetime, actor: str) -> None:
    """Take a run its right to write: its process notices within seconds and ends."""
    stopped = session.execute(
        update(Run)
        .where(Run.id == run.id, Run.state == RunState.RUNNING.value)
        .values(state=RunState.CANCELLED.value, reason="cancelled", finished_at=now)
        .returning(Run.id)
    ).first()
    if stopped is None:
        raise Conflict(f"Run {run.id} is not running; it ended as {run.state}.")
    events.append(session, actor=actor, kind="run.stopped", subject=("run", run.id))


def running(session: Session, source: Source) -> Run | None:
    """Return the run that holds a source, if there is one."""
    return session.scalars(
        select(Run).where(Run.source_id == source.id, Run.state == RunState.RUNNING.value)
    ).first()


def get(session: Session, number: int) -> Run:
    """Return a run with its source; raises NotFound."""
    found = session.get(Run, number, options=[joinedload(Run.source)])
    if found is None:
        raise NotFound(f"There is no run {number}; `opendata harvest status` lists the newest.")
    return found


def failing_since(session: Session, source: Source) -> tuple[datetime, Run] | None:
    """Return when the present row of failures of a source began, and its newest run."""
    finished = session.scalars(
        select(Run)
        .where(Run.source_id == source.id, Run.state != RunState.RUNNING.value)
        .order_by(Run.id.desc())
        .limit(100)
    ).all()
    bad: list[Run] = []
    for run in finished:
        if run.state not in (RunState.FAILED.value, RunState.PARTIAL.value):
            break
        bad.append(run)
    return (bad[-1].started_at, bad[0]) if bad else None
