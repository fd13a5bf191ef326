"""What is told of runs: where each source stands, the history, and the problems of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, TableValuedAlias, case, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload

from opendata.models import Publisher, Record, Run, Source
from opendata.services.runs import PARTIAL_TRIGGERS
from opendata.vocabulary import RunState

EXAMPLES = 3
_INCONCLUSIVE = (RunState.RUNNING.value, RunState.CANCELLED.value)
_FAILING = (RunState.FAILED.value, RunState.PARTIAL.value)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Standing:
    """A source with its newest run, the newest one that says how it is, and since when it is so.

    `since` is None while the source is well.
    """

    source: Source
    publisher: Publisher | None
    newest: Run | None
    concluded: Run | None
    since: datetime | None


@dataclass(frozen=True)
class ProblemGroup:
    """One kind of problem of a run: how often, and the first few, each with its upstream id."""

    code: str
    count: int
    examples: list[dict[str, Any]]


def standings(
    session: Session, *, name: str | None = None, offset: int = 0, limit: int | None = None
) -> list[Standing]:
    """Return where sources stand, by name; one query whatever their number."""
    newest = aliased(Run, _newest().lateral("newest"))
    concluded = aliased(Run, _newest().where(Run.state.not_in(_INCONCLUSIVE)).lateral("concluded"))
    query = (
        select(Source, Publisher, newest, concluded, _since(concluded))
        .outerjoin(Publisher, Publisher.id == Source.publisher_id)
        .outerjoin(newest, true())
        .outerjoin(concluded, true())
        .order_by(Source.name)
        .offset(offset)
        .limit(limit)
    )
    if name is not None:
        query = query.where(Source.name == name)
    return [Standing(*row) for row in session.execute(query)]


def _newest() -> Select[Run]:
    return (
        select(Run)
        .where(Run.source_id == Source.id, Run.trigger.not_in(PARTIAL_TRIGGERS))
        .correlate(Source)
        .order_by(Run.id.desc())
        .limit(1)
    )


def _since(concluded: type[Run]) -> ColumnElement[datetime | None]:
    """The start of the first of the runs of one class that the newest one ends."""
    run, other = aliased(Run), aliased(Run)
    last_other = (
        select(func.max(other.started_at))
        .where(other.source_id == Source.id, other.state.not_in(_INCONCLUSIVE))
        .where(_class(other.state) != _class(concluded.state))
        .correlate(Source, concluded)
        .scalar_subquery()
    )
    first = (
        select(func.min(run.started_at))
        .where(run.source_id == Source.id, _class(run.state) == _class(concluded.state))
        .where(run.started_at > func.coalesce(last_other, _LONG_AGO))
        .correlate(Source, concluded)
        .scalar_subquery()
    )
    return case((concluded.state == RunState.SUCCEEDED.value, None), else_=first)


def _class(state: InstrumentedAttribute[str]) -> ColumnElement[str]:
    return case((state.in_(_FAILING), "failing"), else_=state)


def history(
    session: Session, source: Source | None = None, *, offset: int = 0, limit: int | None = None
) -> Sequence[Run]:
    """Return runs with their sources, newest first; of one source or of all."""
    query = select(Run).options(joinedload(Run.source))
    if source is not None:
        query = query.where(Run.source_id == source.id)
    newest_first = query.order_by(Run.started_at.desc(), Run.id.desc())
    return session.scalars(newest_first.offset(offset).limit(limit)).all()


def problem_counts(session: Session, run_ids: Sequence[int]) -> Sequence[tuple[str, int]]:
    """Return the kinds of problems of runs and how often each was met, the most frequent first."""
    told = _told()
    code = told.c.value["code"].astext
    return [
        (found, times)
        for found, times in session.execute(
            select(code, func.count())
            .select_from(Record)
            .join(told, true())
            .where(Record.run_id.in_(run_ids))
            .group_by(code)
            .order_by(func.count().desc(), code)
        )
    ]


def problem_groups(session: Session, run_ids: Sequence[int]) -> list[ProblemGroup]:
    """Return the kinds of problems of runs, the most frequent first, with a few examples each."""
    return [
        ProblemGroup(code, count, _examples(session, run_ids, code))
        for code, count in problem_counts(session, run_ids)
    ]


def _examples(session: Session, run_ids: Sequence[int], code: str) -> list[dict[str, Any]]:
    """Read in the order of the key, so that of a frequent problem few records are looked at."""
    told = _told()
    rows = session.execute(
        select(Record.upstream_id, told.c.value)
        .join(told, true())
        .where(Record.run_id.in_(run_ids), told.c.value["code"].astext == code)
        .order_by(Record.upstream_id)
        .limit(EXAMPLES)
    )
    return [{"record": upstream_id, **problem} for upstream_id, problem in rows]


def _told() -> TableValuedAlias:
    return func.jsonb_array_elements(Record.problems).table_valued(
        column("value", JSONB), name="told"
    )


def problems(session: Session, run_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield every record of a run that has problems, by upstream id, with all of them."""
    rows = session.execute(
        select(Record.upstream_id, Record.problems)
        .where(Record.run_id == run_id, func.jsonb_array_length(Record.problems) > 0)
        .order_by(Record.upstream_id)
        .execution_options(yield_per=1_000)
    )
    yield from rows
