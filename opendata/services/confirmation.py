"""A person's word on a run that would take too much away: it is so, let it happen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata import events
from opendata.errors import Conflict
from opendata.models import Decision, Run, Source
from opendata.services import absence, runs
from opendata.services.absence import Losses
from opendata.vocabulary import RecordOutcome, RunState


def confirm(session: Session, run: Run, *, by: str, reason: str, now: datetime) -> Losses:
    """Let the datasets that a run did not meet go, as far as no later run has met them.

    Raises Conflict for a run that does not wait, or is not the newest of its source.
    """
    # No run of the source begins meanwhile, and nobody else confirms.
    session.execute(select(Source.id).where(Source.id == run.source_id).with_for_update())
    session.refresh(run)
    if run.state != RunState.NEEDS_CONFIRMATION:
        raise Conflict(f"Run {run.id} waits for nobody; it ended as {run.state}.")
    later = session.scalars(
        select(Run.id)
        .where(Run.source_id == run.source_id, Run.id > run.id)
        .where(Run.is_complete | (Run.state == RunState.RUNNING.value))
        .order_by(Run.id.desc())
    ).first()
    if later is not None:
        raise Conflict(f"Run {later} of this source is newer; look at that one instead.")
    found = absence.still_lost(session, run)
    absence.mark(session, found, now=now, actor=by)
    _write(session, run, found, by=by, reason=reason, now=now)
    return found


def _write(
    session: Session, run: Run, found: Losses, *, by: str, reason: str, now: datetime
) -> None:
    decision = Decision(
        at=now, by=by, kind="confirm-run", reason=reason, subject_kind="run", subject_id=str(run.id)
    )
    session.add(decision)
    gone = {
        RecordOutcome.ABSENT.value: len(found.newly_absent),
        RecordOutcome.WITHDRAWN.value: len(found.overdue),
    }
    runs.confirmed(session, run, counts=gone, actor=by)
    events.append(session, actor=by, kind="run.confirmed", subject=("run", run.id), **gone)
