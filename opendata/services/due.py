"""When each source is harvested next: by its schedule, sooner after a failure, at once when a run
was given back or lost."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata.models import Run, Source
from opendata.services import schedules
from opendata.vocabulary import RunState

_FIRST_RETRY = timedelta(minutes=15)
_MOST_DOUBLINGS = 10
# What a source asks by Retry-After is done, but it cannot take itself out for ever.
_LONGEST_ASKED = timedelta(days=1)


def due(session: Session, *, now: datetime) -> Sequence[uuid.UUID]:
    """Return the ids of the sources whose time has come, the longest waiting first."""
    return session.scalars(
        select(Source.id)
        .where(Source.enabled, Source.schedule.is_not(None), Source.next_run_at <= now)
        .order_by(Source.next_run_at, Source.name)
    ).all()


def with_schedule(session: Session) -> Sequence[Source]:
    """Return the sources that are harvested by themselves, by name."""
    return session.scalars(
        select(Source).where(Source.enabled, Source.schedule.is_not(None)).order_by(Source.name)
    ).all()


def claim(session: Session, source_id: uuid.UUID, *, now: datetime) -> Source | None:
    """Lock a source that is still due; None when another process has it or was faster."""
    return session.scalars(
        select(Source)
        .where(Source.id == source_id, Source.enabled, Source.next_run_at <= now)
        .with_for_update(key_share=True, skip_locked=True)
    ).first()


def lock(session: Session, source_id: uuid.UUID) -> Source | None:
    """Lock a source until the caller commits; None when it is gone."""
    return session.get(
        Source, source_id, with_for_update={"key_share": True}, populate_existing=True
    )


def scheduled(source: Source, moment: datetime, *, timezone: str) -> datetime:
    """Return the first time of a source's schedule after `moment`; raises SettingError."""
    text = source.schedule or ""
    return schedules.next_after(text, moment, timezone=timezone, spread=source.name)


def is_impossible(session: Session, source: Source, *, now: datetime, timezone: str) -> bool:
    """Say whether a source waits for a time that a right clock would not have given it.

    One scheduled time may be skipped: then it was fired, and the clock was put back a little.
    More than that, and the clock was wrong by so much that the source would starve.
    """
    if source.next_run_at is None:
        return True
    coming = scheduled(source, now, timezone=timezone)
    if source.next_run_at <= coming:
        return False
    latest = scheduled(source, coming, timezone=timezone)
    return source.next_run_at > max(latest, _asked_until(session, source, now=now))


def after(session: Session, run: Run, *, now: datetime, timezone: str) -> Source | None:
    """Set when the source of a run that has ended is due again; return it, None if by hand only."""
    source = lock(session, run.source_id)
    if source is None or not source.schedule:
        return None
    if run.state == RunState.CANCELLED and run.reason == "interrupted":
        source.next_run_at = now
    elif run.state == RunState.FAILED:
        coming = scheduled(source, now, timezone=timezone)
        source.next_run_at = min(coming, now + _pause(session, run))
    if source.next_run_at is not None:
        source.next_run_at = max(source.next_run_at, now + _asked(run))
    return source


def again_unless_begun(session: Session, source: Source, *, since: int, now: datetime) -> bool:
    """Make a source due now whose harvest was taken from the queue; return whether it is.

    Not when a run goes on, nor when one began under a greater fencing number than `since`: what
    becomes of the source is said by that run. The caller has locked the source.
    """
    has_begun = select(Run.id).where(
        Run.source_id == source.id,
        # A retry takes some records only.
        (Run.state == RunState.RUNNING.value) | ((Run.fence > since) & (Run.trigger != "retry")),
    )
    if not source.schedule or session.scalar(select(has_begun.exists())):
        return False
    source.next_run_at = now
    return True


def failures_in_a_row(session: Session, source_id: uuid.UUID) -> int:
    """Return how many of the newest runs of a source failed; a stopped run says nothing."""
    silent = (RunState.RUNNING.value, RunState.CANCELLED.value)
    states = session.scalars(
        select(Run.state)
        .where(Run.source_id == source_id, Run.state.not_in(silent))
        .order_by(Run.started_at.desc(), Run.id.desc())
        .limit(_MOST_DOUBLINGS + 2)
    ).all()
    others = (place for place, state in enumerate(states) if state != RunState.FAILED)
    return next(others, len(states))


def _pause(session: Session, run: Run) -> timedelta:
    """Return how long to wait after a failure: doubling, and a first lost worker costs nothing."""
    failures = failures_in_a_row(session, run.source_id)
    if run.reason == "lost-worker":
        failures -= 1
    if failures <= 0:
        return timedelta(0)
    doublings = min(failures - 1, _MOST_DOUBLINGS)
    return _FIRST_RETRY * (1 << doublings)


def _asked(run: Run) -> timedelta:
    if run.reason != "rate-limited":
        return timedelta(0)
    return min(timedelta(seconds=run.counts.get("retry_after", 0)), _LONGEST_ASKED)


def _asked_until(session: Session, source: Source, *, now: datetime) -> datetime:
    newest = session.scalars(
        select(Run)
        .where(Run.source_id == source.id, Run.finished_at.is_not(None))
        .order_by(Run.started_at.desc(), Run.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest.finished_at is None:
        return now
    return min(newest.finished_at, now) + _asked(newest)
