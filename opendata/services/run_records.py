"""The records of a run: what the source told, one row each, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, exists, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from opendata.models import Dataset, Record, Resource, Run
from opendata.records import Problem
from opendata.vocabulary import RecordOutcome

# Of a source's newest runs, all records are kept; of older ones, those that say something.
_WHOLE_RUNS = 2
_NOTHING = literal([], JSONB)


def not_taken(session: Session, run_id: int) -> frozenset[str]:
    """Return the upstream ids of what a run could not take: records, and those with such files."""
    has_failing_file = exists().where(
        Resource.dataset_id == Record.dataset_id,
        Resource.last_reason != "",
        Resource.absent_since.is_(None),
    )
    refused = (RecordOutcome.REJECTED.value, RecordOutcome.FAILED.value)
    return frozenset(
        session.scalars(
            select(Record.upstream_id).where(
                Record.run_id == run_id, Record.outcome.in_(refused) | has_failing_file
            )
        )
    )


def write(session: Session, run_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Write what became of some records; a raw document once kept in a run is kept."""
    if not rows:
        return
    statement = upsert(Record.__table__)  # type: ignore[arg-type] # a table, whatever its class says
    given = statement.excluded
    session.flush()  # the datasets that the rows name
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=[Record.run_id, Record.upstream_id],
            set_={
                "dataset_id": given.dataset_id,
                "outcome": given.outcome,
                "problems": given.problems,
                "changes": func.coalesce(func.nullif(given.changes, _NOTHING), Record.changes),
                "lost": given.lost,
                "raw": func.coalesce(given.raw, Record.raw),
            },
        ),
        [{"run_id": run_id, **row} for row in rows],
    )


def write_unchanged(session: Session, run_id: int, datasets: Collection[uuid.UUID]) -> None:
    """Write for many datasets at once that nothing changed, with what was found of them before."""
    if not datasets:
        return
    found = select(
        literal(run_id),
        Dataset.upstream_id,
        Dataset.id,
        literal(RecordOutcome.UNCHANGED.value),
        Dataset.problems,
        Dataset.lost,
    ).where(Dataset.id.in_(datasets))
    columns = ["run_id", "upstream_id", "dataset_id", "outcome", "problems", "lost"]
    session.execute(insert(Record).from_select(columns, found))


def add_problem(session: Session, run_id: int, upstream_id: str, problem: Problem) -> None:
    """Note something more about a record that is written already."""
    session.execute(
        update(Record)
        .where(Record.run_id == run_id, Record.upstream_id == upstream_id)
        .values(problems=Record.problems.op("||")(literal([asdict(problem)], JSONB)))
    )


def prune(session: Session, run: Run) -> None:
    """Forget which records were unchanged in older runs: how many they were stays with the run.

    What a record says beyond the standing problems of its dataset, of its files, is kept.
    """
    newest_whole = (
        select(Run.id)
        .where(Run.source_id == run.source_id, Run.id <= run.id, Run.is_complete)
        .order_by(Run.id.desc())
        .offset(_WHOLE_RUNS)
        .limit(1)
        .scalar_subquery()
    )
    older = select(Run.id).where(Run.source_id == run.source_id, Run.id <= newest_whole)
    session.execute(
        delete(Record).where(
            Record.run_id.in_(older),
            Record.outcome == RecordOutcome.UNCHANGED.value,
            Record.dataset_id == Dataset.id,
            Record.problems == Dataset.problems,
        )
    )
