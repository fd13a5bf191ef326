"""What becomes of a dataset that its source no longer lists: absent, in grace, then withdrawn.

Silence is believed only from complete runs, only after several of them, and never when too much
falls silent at once: then a person confirms. Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, exists, func, select
from sqlalchemy.orm import Session

from opendata.config import Harvest as Limits
from opendata.models import Dataset, Decision, Record, Run
from opendata.services import datasets
from opendata.vocabulary import DatasetState, RecordOutcome

_LOST = (RecordOutcome.ABSENT.value, RecordOutcome.WITHDRAWN.value)


@dataclass(frozen=True)
class Losses:
    """What a complete run would take away.

    `newly_absent`: listed until now; `overdue`: absent long enough to be withdrawn. `known` counts
    the datasets that were listed before the run.
    """

    newly_absent: Sequence[Dataset]
    overdue: Sequence[Dataset]
    known: int

    @property
    def count(self) -> int:
        """How many datasets would go."""
        return len(self.newly_absent) + len(self.overdue)


def losses(
    session: Session,
    run: Run,
    *,
    seen: Collection[str],
    created: int,
    limits: Limits,
    now: datetime,
) -> Losses:
    """Return what a complete run did not meet; `created`: datasets that this run itself added."""
    listed = session.execute(
        select(Dataset.id, Dataset.upstream_id).where(
            Dataset.source_id == run.source_id, Dataset.state == DatasetState.ACTIVE.value
        )
    ).all()
    silent = [identifier for identifier, upstream_id in listed if upstream_id not in seen]
    newly_absent = session.scalars(select(Dataset).where(Dataset.id.in_(silent))).all()
    return Losses(newly_absent, _overdue(session, run, seen, limits, now), len(listed) - created)


def _overdue(
    session: Session, run: Run, seen: Collection[str], limits: Limits, now: datetime
) -> list[Dataset]:
    """Return the absent datasets whose grace is over: enough complete runs, this one included, and
    enough days. Runs count from the one that missed it, by number: clocks go backwards, too."""
    missed_in = (
        select(func.max(Record.run_id))
        .where(Record.dataset_id == Dataset.id, Record.outcome == RecordOutcome.ABSENT.value)
        .correlate(Dataset)
        .scalar_subquery()
    )
    earlier_runs = (
        select(func.count())
        .where(
            Run.source_id == run.source_id,
            Run.id.between(missed_in, run.id - 1),
            Run.is_complete,
            Run.finished_at >= Dataset.absent_since,
        )
        .correlate(Dataset)
        .scalar_subquery()
    )
    found = session.scalars(
        select(Dataset).where(
            Dataset.source_id == run.source_id,
            Dataset.state == DatasetState.ABSENT.value,
            Dataset.absent_since <= now - timedelta(days=limits.withdraw_after_days),
            earlier_runs + 1 >= limits.withdraw_after_runs,
        )
    )
    return [dataset for dataset in found if dataset.upstream_id not in seen]


def unconfirmed(session: Session, found: Losses) -> int:
    """Return how many of the losses no person has confirmed yet."""
    ids = [dataset.id for dataset in found.overdue]
    confirmed = exists().where(
        Decision.kind == "confirm-run",
        Decision.subject_kind == "run",
        Decision.subject_id == cast(Record.run_id, String),
    )
    spoken_for = session.scalars(
        select(Record.dataset_id)
        .where(Record.dataset_id.in_(ids), Record.outcome.in_(_LOST), confirmed)
        .distinct()
    ).all()
    return found.count - len(spoken_for)


def is_too_much(lost: int, known: int, limits: Limits) -> bool:
    """Say whether so great a loss is believed only from a person: all of it, or far too much."""
    allowed = max(limits.shrink_limit_count, known * limits.shrink_limit_percent / 100)
    return lost > allowed or (lost >= known > 1)


def mark(session: Session, found: Losses, *, now: datetime, actor: str) -> None:
    """Let what is newly silent be absent, and withdraw what was silent long enough."""
    for dataset in found.newly_absent:
        dataset.state = DatasetState.ABSENT
        dataset.absent_since = now
        datasets.announce(session, dataset, actor=actor, kind="dataset.absent")
    for dataset in found.overdue:
        dataset.state = DatasetState.WITHDRAWN
        dataset.withdrawn_at = now
        dataset.withdrawn_reason = "gone-upstream"
        datasets.announce(session, dataset, actor=actor, kind="dataset.withdrawn")


def still_lost(session: Session, run: Run) -> Losses:
    """Return what a run that waits for a person would take away, as far as it is still so."""
    rows = session.execute(
        select(Dataset, Record.outcome)
        .join(Record, Record.dataset_id == Dataset.id)
        .where(
            Record.run_id == run.id,
            Record.outcome.in_(_LOST),
            Dataset.last_checked_at < run.started_at,
        )
    ).all()
    newly_absent = [
        d for d, word in rows if word == RecordOutcome.ABSENT and d.state == DatasetState.ACTIVE
    ]
    overdue = [
        d for d, word in rows if word == RecordOutcome.WITHDRAWN and d.state == DatasetState.ABSENT
    ]
    return Losses(newly_absent, overdue, 0)
