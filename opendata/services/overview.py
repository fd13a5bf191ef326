"""One look at the whole: what fails since when and why, what waits, disk, index lag."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from opendata.models import Build, Dataset, Resource, Run, Source
from opendata.search import indexer, refusals
from opendata.services import catalogue, runs, sources
from opendata.transport.addresses import shown
from opendata.vocabulary import BuildState, DatasetState


@dataclass(frozen=True)
class Failing:
    """A source or a file that fails."""

    what: str
    since: datetime | None
    reason: str
    detail: str


@dataclass(frozen=True)
class Waiting:
    """Something that a person must decide."""

    what: str
    since: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class NotIndexed:
    """A dataset that the search index refuses, and why in its words."""

    dataset_id: str
    since: datetime
    reason: str


@dataclass(frozen=True)
class Overview:
    """What `opendata status` shows."""

    figures: catalogue.Figures
    failing: tuple[Failing, ...]
    waiting: tuple[Waiting, ...]
    disk_free: int
    disk_total: int
    index_lag: int
    not_indexed: tuple[NotIndexed, ...]


def overview(session: Session, data_path: Path, *, readers: Sequence[str]) -> Overview:
    """Gather the state of the whole instance; `readers` keep its search indices."""
    disk = shutil.disk_usage(_existing(data_path))
    return Overview(
        figures=catalogue.figures(session),
        failing=(*_failing_sources(session), *_failing_files(session)),
        waiting=(*_held_builds(session), *_held_datasets(session), *_unconfirmed_runs(session)),
        disk_free=disk.free,
        disk_total=disk.total,
        index_lag=max(indexer.lag(session, reader) for reader in readers),
        not_indexed=tuple(_not_indexed(session, readers)),
    )


def _not_indexed(session: Session, readers: Sequence[str]) -> Iterator[NotIndexed]:
    for reader in readers:
        for found in refusals.every(session, reader):
            yield NotIndexed(found.document_id, found.since, found.reason)


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _failing_sources(session: Session) -> list[Failing]:
    found = []
    for source in sources.every(session, enabled_only=True):
        failing = runs.failing_since(session, source)
        if failing is not None:
            since, run = failing
            found.append(Failing(f"source {source.name}", since, run.reason, run.detail))
    return found


def _failing_files(session: Session) -> list[Failing]:
    rows = session.execute(
        select(Resource, Dataset.slug)
        .join(Dataset)
        .where(Resource.last_reason != "", Resource.absent_since.is_(None))
        .order_by(Resource.failing_since)
        .limit(50)
    ).all()
    return [
        Failing(
            f"{slug}: {resource.name}",
            resource.failing_since,
            resource.last_reason,
            shown(resource.url),
        )
        for resource, slug in rows
    ]


def _held_builds(session: Session) -> list[Waiting]:
    rows = session.execute(
        select(Build, Resource.name, Dataset.slug)
        .join(Resource, Resource.id == Build.resource_id)
        .join(Dataset, Dataset.id == Resource.dataset_id)
        .where(Build.state == BuildState.HELD.value)
        .order_by(Build.created_at)
    )
    return [
        Waiting(f"{slug}: {name}", build.created_at, tuple(build.reasons))
        for build, name, slug in rows
    ]


def _held_datasets(session: Session) -> list[Waiting]:
    held = session.scalars(select(Dataset).where(Dataset.state == DatasetState.HELD.value))
    return [Waiting(f"{d.slug}: new dataset", d.created_at, ("policy-hold",)) for d in held]


def _unconfirmed_runs(session: Session) -> list[Waiting]:
    later = aliased(Run)
    rows = session.execute(
        select(Run, Source.name)
        .join(Source)
        .where(Run.reason == "source-shrunk")
        .where(
            ~exists()
            .where(later.source_id == Run.source_id, later.id > Run.id)
            .where(later.is_complete)
        )
    )
    return [Waiting(f"run {run.id} of {name}", run.started_at, (run.reason,)) for run, name in rows]
