"""What the public may see of runs: rows of visible datasets, and what was refused without one.

The raw documents of a source are never read here: nobody has cleared them for the public.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from opendata.models import Dataset, Record, Run, Source
from opendata.services import catalogue
from opendata.vocabulary import RecordOutcome

# Rows are counted up to here; no page of a list lies deeper.
MOST = 10_001
_WITHOUT_DATASET = (RecordOutcome.REJECTED.value, RecordOutcome.FAILED.value)


@dataclass(frozen=True)
class ListedRecord:
    """One row of a run; `upstream_id` is empty where the public may not know it."""

    upstream_id: str
    outcome: str
    problems: list[dict[str, Any]]
    dataset_id: uuid.UUID | None
    title: dict[str, str] | None


@dataclass(frozen=True)
class MappedRecord:
    """What became of a record, and the dataset that we understood from it."""

    outcome: str
    problems: list[dict[str, Any]]
    lost: list[str]
    changed_fields: list[str]
    dataset: Dataset


def find(session: Session, source_name: str, number: int) -> Run | None:
    """Return a run of a source, None where there is none."""
    return session.scalars(
        select(Run)
        .join(Source)
        .where(Run.id == number, Source.name == source_name)
        .options(joinedload(Run.source))
    ).first()


def shows_ids(source: Source) -> bool:
    """Say whether identifiers of records without a dataset may be shown: a source behind a
    credential, or one that waits for a person, may name there what is not public."""
    return not source.secret_env and source.policy != "hold"


def count(session: Session, run: Run, outcome: str | None) -> tuple[int, int]:
    """Return how many rows of a run are listed and how many are not, each up to `MOST`."""
    listed = _rows(run, outcome, is_listed=True)
    hidden = _rows(run, outcome, is_listed=False)
    return _up_to_most(session, listed), _up_to_most(session, hidden)


def _up_to_most(session: Session, rows: Select[Any]) -> int:
    bounded = rows.limit(MOST).subquery()
    return session.scalar(select(func.count()).select_from(bounded)) or 0


def records(
    session: Session, run: Run, outcome: str | None, *, offset: int, limit: int
) -> list[ListedRecord]:
    """Return the rows of a run that may be listed, by upstream id."""
    rows = session.execute(
        _rows(run, outcome, is_listed=True).order_by(Record.upstream_id).offset(offset).limit(limit)
    )
    ids_are_public = shows_ids(run.source)
    return [
        ListedRecord(
            upstream_id=upstream_id if dataset_id or ids_are_public else "",
            outcome=outcome_,
            problems=problems,
            dataset_id=dataset_id,
            title=document["title"] if document else None,
        )
        for upstream_id, outcome_, problems, dataset_id, document in rows
    ]


def _rows(run: Run, outcome: str | None, *, is_listed: bool) -> Select[Any]:
    shown = _visible_dataset()
    listed: ColumnElement[bool] = or_(
        shown.id.is_not(None),
        and_(Record.dataset_id.is_(None), Record.outcome.in_(_WITHOUT_DATASET)),
    )
    rows = (
        select(Record.upstream_id, Record.outcome, Record.problems, shown.id, shown.document)
        .outerjoin(shown, shown.id == Record.dataset_id)
        .where(Record.run_id == run.id, listed if is_listed else not_(listed))
    )
    return rows.where(Record.outcome == outcome) if outcome else rows


def _visible_dataset() -> type[Dataset]:
    return aliased(Dataset, catalogue.visible().subquery())


def mapped(session: Session, run: Run, dataset_id: uuid.UUID) -> MappedRecord | None:
    """Return the row of a visible dataset in a run, with the dataset as it is now."""
    shown = _visible_dataset()
    row = session.execute(
        select(Record.outcome, Record.problems, Record.lost, Record.changes, shown)
        .join(shown, shown.id == Record.dataset_id)
        .where(Record.run_id == run.id, Record.dataset_id == dataset_id)
        .options(joinedload(shown.publisher))
    ).first()
    if row is None:
        return None
    outcome, problems, lost, changes, dataset = row
    return MappedRecord(outcome, problems, lost, _fields(changes), dataset)


def _fields(changes: Sequence[dict[str, Any]]) -> list[str]:
    return [str(change.get("field", "")) for change in changes]
