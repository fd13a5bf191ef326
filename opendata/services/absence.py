"""What becomes of a dataset that its source no longer lists: absent, in grace, then withdrawn.

Silence is believed only from complete runs, only after several of them, and never when too much
falls silent at once: then a person confirms. Nothing is deleted.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import String, cast, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from opendata.config import Harvest as Limits
from opendata.models import Dataset, Decision, Record, Run
from opendata.records import short_id
from opendata.services import datasets
from opendata.vocabulary import DatasetState, RecordOutcome

_AT_A_TIME = 500
_LOST = (RecordOutcome.ABSENT.value, RecordOutcome.WITHDRAWN.value)


class Lost(NamedTuple):
    """A dataset that a run did not meet."""

    id: uuid.UUID
    upstream_id: str


@dataclass(frozen=True)
class Losses:
    """What a complete run would take away.

    `newly_absent`: listed until now; `overdue`: absent long enough to be withdrawn. `unconfirmed`
    counts all that are gone without a person's word, those in grace too: a source that drains
    slowly loses as much. `known` counts these and the datasets that were listed before the run.
    """

    newly_absent: Sequence[Lost]
    overdue: Sequence[Lost]
    unconfirmed: int = 0
    known: int = 0


def losses(
    session: Session, run: Run, *, seen: Collection[str], limits: Limits, now: datetime
) -> Losses:
    """Return what a complete run did not meet."""
    listed = session.execute(
        select(Dataset.id, Dataset.upstream_id).where(
            Dataset.source_id == run.source_id,
            Dataset.state == DatasetState.ACTIVE.value,
            # Not what this run itself has added.
            ~exists().where(
                Record.run_id == run.id,
                Record.dataset_id == Dataset.id,
                Record.outcome == RecordOutcome.CREATED.value,
            ),
        )
    ).all()
    newly_absent = [Lost(*row) for row in listed if short_id(row.upstream_id) not in seen]
    overdue = _overdue(session, run, seen, limits, now)
    waiting = _waiting(session, run, seen)
    return Losses(newly_absent, overdue, len(newly_absent) + waiting, len(listed) + waiting)


def _waiting(session: Session, run: Run, seen: Collection[str]) -> int:
    """Count the datasets that were absent before the run, and that no person has confirmed since.

    Who confirms a run of the source is asked about all that were absent then.
    """
    runs_of_source = select(cast(Run.id, String)).where(Run.source_id == run.source_id)
    confirmed = exists().where(
        Decision.kind == "confirm-run",
        Decision.subject_kind == "run",
        Decision.subject_id.in_(runs_of_source),
        Decision.at >= Dataset.absent_since,
    )
    absent = session.scalars(
        select(Dataset.upstream_id).where(
            Dataset.source_id == run.source_id,
            Dataset.state == DatasetState.ABSENT.value,
            ~confirmed,
        )
    )
    return sum(short_id(upstream_id) not in seen for upstream_id in absent)


def _overdue(
    session: Session, run: Run, seen: Collection[str], limits: Limits, now: datetime
) -> list[Lost]:
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
    found = session.execute(
        select(Dataset.id, Dataset.upstream_id).where(
            Dataset.source_id == run.source_id,
            Dataset.state == DatasetState.ABSENT.value,
            Dataset.absent_since <= now - timedelta(days=limits.withdraw_after_days),
            earlier_runs + 1 >= limits.withdraw_after_runs,
        )
    )
    return [Lost(*row) for row in found if short_id(row.upstream_id) not in seen]


def is_too_much(found: Losses, limits: Limits) -> bool:
    """Say whether so great a loss is believed only from a person: all of it, or far too much."""
    allowed = max(limits.shrink_limit_count, found.known * limits.shrink_limit_percent / 100)
    return found.unconfirmed > allowed or (found.unconfirmed >= found.known > 1)


def mark(session: Session, found: Losses, *, now: datetime, actor: str) -> None:
    """Let what is newly silent be absent, and withdraw what was silent long enough."""
    for dataset in _loaded(session, found.newly_absent):
        dataset.state = DatasetState.ABSENT
        dataset.absent_since = now
        datasets.announce(session, dataset, actor=actor, kind="dataset.absent")
    for dataset in _loaded(session, found.overdue):
        dataset.state = DatasetState.WITHDRAWN
        dataset.withdrawn_at = now
        dataset.withdrawn_reason = "gone-upstream"
        datasets.announce(session, dataset, actor=actor, kind="dataset.withdrawn")


def _loaded(session: Session, lost: Sequence[Lost]) -> Iterator[Dataset]:
    """Load datasets with what they are rendered from, some hundred at a time."""
    for start in range(0, len(lost), _AT_A_TIME):
        ids = [one.id for one in lost[start : start + _AT_A_TIME]]
        found = session.scalars(
            select(Dataset)
            .where(Dataset.id.in_(ids))
            .options(joinedload(Dataset.publisher), selectinload(Dataset.resources))
        )
        yield from found.all()
        session.flush()


def still_lost(session: Session, run: Run) -> Losses:
    """Return what a run that waits for a person would take away, as far as it is still so."""
    rows = session.execute(
        select(Dataset.id, Dataset.upstream_id, Dataset.state, Record.outcome)
        .join(Record, Record.dataset_id == Dataset.id)
        .where(
            Record.run_id == run.id,
            Record.outcome.in_(_LOST),
            Dataset.last_checked_at < run.started_at,
        )
    ).all()
    absent, withdrawn = (
        [Lost(row.id, row.upstream_id) for row in rows if (row.outcome, row.state) == pair]
        for pair in (
            (RecordOutcome.ABSENT, DatasetState.ACTIVE),
            (RecordOutcome.WITHDRAWN, DatasetState.ABSENT),
        )
    )
    return Losses(absent, withdrawn)
