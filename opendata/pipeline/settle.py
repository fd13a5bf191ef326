"""The end of a batch, inside one transaction: what was new becomes public, records are written."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from opendata.models import Dataset
from opendata.pipeline.files import FileResults
from opendata.pipeline.harvest import Harvest
from opendata.pipeline.save import Taken
from opendata.services import datasets, run_records
from opendata.vocabulary import RecordOutcome


def settle(
    session: Session,
    harvest: Harvest,
    taken: Sequence[Taken],
    results: Mapping[uuid.UUID, FileResults],
) -> Counter[str]:
    """Make new datasets public, or held, now that all their files were tried; return the counts
    of outcomes."""
    moved = let_move(session, harvest, [item.dataset_id for item in taken if not item.is_at_rest])
    counts: Counter[str] = Counter()
    rows, unchanged = [], []
    for item in taken:
        files = results.get(item.dataset_id, FileResults())
        outcome = _outcome(item, files, is_moved=item.dataset_id in moved)
        counts[outcome.value] += 1
        if outcome == RecordOutcome.UNCHANGED and not files.problems:
            unchanged.append(item.dataset_id)
        else:
            rows.append(item.row(outcome, files.problems))
    run_records.write(session, harvest.lease.run_id, rows)
    run_records.write_unchanged(session, harvest.lease.run_id, unchanged)
    return counts


def let_move(session: Session, harvest: Harvest, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Make the datasets public, or held, whose files say so; return those that moved."""
    found = session.scalars(
        select(Dataset)
        .where(Dataset.id.in_(list(ids)))
        .options(joinedload(Dataset.publisher), selectinload(Dataset.resources))
    )
    policy, actor = harvest.source.policy, harvest.actor
    return {
        dataset.id
        for dataset in found.all()
        if datasets.settle(session, dataset, policy=policy, actor=actor)
    }


def _outcome(item: Taken, files: FileResults, *, is_moved: bool) -> RecordOutcome:
    if item.created or is_moved:
        return RecordOutcome.CREATED
    return RecordOutcome.UPDATED if files.is_changed else item.outcome
