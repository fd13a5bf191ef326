"""What a run changed: datasets with their fields before and after, files with rows and columns."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session, aliased

from opendata.models import Build, Dataset, Record, Resource, Run, Table, TableBuild, Version
from opendata.vocabulary import RecordOutcome

# The outcomes that mean a change, in the order they are told.
CHANGED = (
    RecordOutcome.CREATED,
    RecordOutcome.UPDATED,
    RecordOutcome.ABSENT,
    RecordOutcome.WITHDRAWN,
)
_CHUNK = 500


@dataclass(frozen=True)
class FileChange:
    """A build that a run made or put in force, and what it follows.

    `rows_before` is None for a first one; columns are told as `name`, or `table: name` in a file
    of several tables. `contract` is [{kind, table, column, before, after}], the differences from
    what the resource promises.
    """

    name: str
    version: int
    is_new_version: bool
    state: str
    reasons: tuple[str, ...]
    rows_before: int | None
    rows: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    contract: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class DatasetChange:
    """What became of one dataset; `changes` is [{field, before, after}] of its metadata."""

    upstream_id: str
    outcome: str
    slug: str | None
    title: dict[str, str]
    changes: list[dict[str, Any]]
    files: list[FileChange] = field(default_factory=list)


def of_run(session: Session, run: Run) -> Iterator[DatasetChange]:
    """Yield what a run changed, by outcome and upstream id; read in chunks, as it is taken."""
    for outcome in CHANGED:
        after = ""
        while rows := _records(session, run, outcome, after):
            files = _files(session, run, [row.dataset_id for row in rows if row.dataset_id])
            for row in rows:
                yield DatasetChange(
                    row.upstream_id,
                    outcome.value,
                    row.slug,
                    (row.document or {}).get("title", {}),
                    row.changes,
                    files.get(row.dataset_id, []),
                )
            after = rows[-1].upstream_id


@dataclass(frozen=True)
class ContractChange:
    """One difference of a file that a run took from what its resource promises; `before` and
    `after` are types, or names where a column was renamed."""

    dataset: str
    file: str
    kind: str
    table: str
    column: str
    before: str
    after: str


def contract_changes(session: Session, run: Run) -> Iterator[ContractChange]:
    """Yield how the files that a run took differ from what they promise, file by file."""
    rows = session.execute(_taken(run, Dataset.slug, Resource.name, Build.report["changes"]))
    for slug, name, changes in rows:
        for change in changes or ():
            yield ContractChange(slug, name, **change)


@dataclass(frozen=True)
class BadCells:
    """One kind of problem in one column of a file that a run took, with the samples kept of it:
    [{row, column, code, value, rule}]."""

    dataset: str
    file: str
    table: str
    column: str
    code: str
    rule: str
    count: int
    samples: list[dict[str, Any]]


@dataclass(frozen=True)
class PersonalCells:
    """What looks like personal data in one column of a file that a run took; samples are masked."""

    dataset: str
    file: str
    table: str
    column: str
    code: str
    count: int
    samples: list[str]
    is_allowed: bool


def bad_cells(session: Session, run: Run) -> Iterator[BadCells]:
    """Yield what the checks found in the files that a run took, file by file."""
    for slug, name, table in _tables(session, run):
        yield from _found(slug, name, table)


def personal_cells(session: Session, run: Run) -> Iterator[PersonalCells]:
    """Yield what looks like personal data in the files that a run took, file by file."""
    for slug, name, table in _tables(session, run):
        for finding in table.get("personal", ()):
            yield PersonalCells(dataset=slug, file=name, table=table.get("name", ""), **finding)


def _tables(session: Session, run: Run) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (slug, name of the file, report of the table) of what a run took."""
    for slug, name, report in session.execute(
        _taken(run, Dataset.slug, Resource.name, Build.report)
    ):
        for table in report.get("tables", ()):
            yield slug, name, table


def _taken(run: Run, *columns: Any) -> Select[Any]:
    """Select of the builds that a run made or put in force, in the order of its records."""
    return (
        select(*columns)
        .select_from(Record)
        .join(Dataset, Dataset.id == Record.dataset_id)
        .join(Resource, Resource.dataset_id == Dataset.id)
        .join(Build, Build.resource_id == Resource.id)
        .where(Record.run_id == run.id, _during(run))
        .where(Record.outcome.in_([outcome.value for outcome in CHANGED]))
        .order_by(Record.upstream_id, Resource.position, Build.id)
        .execution_options(yield_per=50)
    )


def _found(slug: str, name: str, table: dict[str, Any]) -> Iterator[BadCells]:
    samples = table.get("samples", ())
    for kind in table.get("problems", ()):
        code, column = kind["code"], kind["column"]
        yield BadCells(
            dataset=slug,
            file=name,
            table=table.get("name", ""),
            column=column,
            code=code,
            rule=kind.get("rule", ""),
            count=kind["count"],
            samples=[s for s in samples if (s["code"], s["column"]) == (code, column)],
        )


def _during(run: Run) -> ColumnElement[bool]:
    """Made while the run went on, or put in force."""
    until = run.finished_at or datetime.now(UTC)
    return or_(
        Build.created_at.between(run.started_at, until),
        Build.published_at.between(run.started_at, until),
    )


def _records(
    session: Session, run: Run, outcome: RecordOutcome, after: str
) -> Sequence[Row[tuple[str, uuid.UUID, list[dict[str, Any]], str, dict[str, Any]]]]:
    return session.execute(
        select(
            Record.upstream_id,
            Record.dataset_id,
            Record.changes,
            Dataset.slug,
            Dataset.document,
        )
        .outerjoin(Dataset, Dataset.id == Record.dataset_id)
        .where(Record.run_id == run.id, Record.outcome == outcome.value)
        .where(Record.upstream_id > after)
        .order_by(Record.upstream_id)
        .limit(_CHUNK)
    ).all()


def _files(
    session: Session, run: Run, dataset_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[FileChange]]:
    """Return the builds that came into being, or into force, while the run went on."""
    built = _builds(session, run, dataset_ids)
    both = {build.id for _, _, now, before, _ in built for build in (now, before) if build}
    columns = _columns(session, both)
    found: dict[uuid.UUID, list[FileChange]] = {}
    for resource, version, build, before, contract in built:
        old = columns.get(before.id, set()) if before else set()
        new = columns.get(build.id, set())
        found.setdefault(resource.dataset_id, []).append(
            FileChange(
                name=resource.name,
                version=version.number,
                is_new_version=version.fetched_at >= run.started_at,
                state=build.state,
                reasons=tuple(build.reasons),
                rows_before=before.rows_accepted if before else None,
                rows=build.rows_accepted,
                columns_added=tuple(sorted(new - old)) if before else (),
                columns_removed=tuple(sorted(old - new)),
                contract=contract or [],
            )
        )
    return found


def _builds(
    session: Session, run: Run, dataset_ids: Sequence[uuid.UUID]
) -> list[tuple[Resource, Version, Build, Build | None, list[dict[str, str]] | None]]:
    """Return each build with the public one before it, and what its report says of the contract."""
    older = aliased(Build)
    before = aliased(
        Build,
        select(older)
        .where(older.resource_id == Build.resource_id, older.published_at < run.started_at)
        .where(older.id != Build.id)
        .correlate(Build)
        .order_by(older.published_at.desc(), older.id.desc())
        .limit(1)
        .lateral("before"),
    )
    rows = session.execute(
        select(Resource, Version, Build, before, Build.report["changes"])
        .join(Build, Build.resource_id == Resource.id)
        .join(Version, Version.id == Build.version_id)
        .outerjoin(before, before.resource_id == Resource.id)
        .where(Resource.dataset_id.in_(dataset_ids), _during(run))
        .order_by(Resource.position, Build.id)
    )
    return [(r, v, build, earlier, changes) for r, v, build, earlier, changes in rows]


def _columns(session: Session, build_ids: set[int]) -> dict[int, set[str]]:
    rows = session.execute(
        select(TableBuild.build_id, Table.name, TableBuild.columns)
        .join(Table, Table.id == TableBuild.table_id)
        .where(TableBuild.build_id.in_(build_ids))
    )
    found: dict[int, set[str]] = {}
    for build_id, table, columns in rows:
        prefix = f"{table}: " if table else ""
        found.setdefault(build_id, set()).update(f"{prefix}{c['name']}" for c in columns)
    return found
