"""What the public may see: every public read goes through `visible()`, so that nothing leaks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from opendata.models import (
    Build,
    Dataset,
    DatasetSlug,
    Publisher,
    Resource,
    Run,
    TableBuild,
    Version,
)
from opendata.vocabulary import LIVE_BUILDS, PUBLIC_DATASETS, BuildState, DatasetState, RunState

_PUBLIC_STATES = [state.value for state in PUBLIC_DATASETS]
_LIVE_STATES = [state.value for state in LIVE_BUILDS]


def is_visible() -> ColumnElement[bool]:
    """Return the condition that the public may see a dataset."""
    return Dataset.state.in_(_PUBLIC_STATES)


def visible() -> Select[Dataset]:
    """Return the query of all datasets that the public may see."""
    return select(Dataset).where(is_visible())


def visible_tables() -> Select[TableBuild]:
    """Return the query of all tables that the public may see: of live builds of public datasets."""
    return (
        select(TableBuild)
        .join(Build, Build.id == TableBuild.build_id)
        .join(Resource, Resource.published_build_id == Build.id)
        .join(Dataset, Dataset.id == Resource.dataset_id)
        .where(Dataset.state.in_(_PUBLIC_STATES), Build.state.in_(_LIVE_STATES))
    )


@dataclass(frozen=True)
class Found:
    """What lies at an address: the dataset, or where it moved, or that it was withdrawn."""

    dataset: Dataset | None = None
    moved_to: str | None = None
    withdrawn: Dataset | None = None


def find(session: Session, name: str) -> Found:
    """Look a dataset up by slug, former slug or id."""
    dataset = _by_slug_or_id(session, name)
    if dataset is None:
        return Found()
    if dataset.state == DatasetState.WITHDRAWN:
        return Found(withdrawn=dataset)
    if dataset.state not in _PUBLIC_STATES:
        return Found()
    if dataset.slug != name:
        return Found(moved_to=dataset.slug)
    return Found(dataset=_loaded(session, dataset.id))


def _by_slug_or_id(session: Session, name: str) -> Dataset | None:
    dataset = session.scalars(
        select(Dataset)
        .join(DatasetSlug, DatasetSlug.dataset_id == Dataset.id)
        .where(DatasetSlug.slug == name)
    ).first()
    if dataset is not None:
        return dataset
    identifier = as_uuid(name)
    return session.get(Dataset, identifier) if identifier else None


def as_uuid(text: str) -> uuid.UUID | None:
    """Return the id that a text spells, or None: what comes from an address is not trusted."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _loaded(session: Session, dataset_id: uuid.UUID) -> Dataset | None:
    return session.scalars(
        visible()
        .where(Dataset.id == dataset_id)
        .options(
            joinedload(Dataset.publisher),
            joinedload(Dataset.source),
            selectinload(Dataset.resources)
            .joinedload(Resource.published_build)
            .options(
                joinedload(Build.version),
                undefer(Build.report),
                selectinload(Build.tables).options(
                    joinedload(TableBuild.table), undefer(TableBuild.profile)
                ),
            ),
        )
    ).first()


def cards(session: Session, ids: Iterable[str]) -> list[Dataset]:
    """Return the visible datasets among `ids`, in the order given: the database decides, not the
    index."""
    order = [uuid.UUID(text) for text in ids]
    found = {
        dataset.id: dataset
        for dataset in session.scalars(
            visible()
            .where(Dataset.id.in_(order))
            .options(
                joinedload(Dataset.publisher),
                selectinload(Dataset.resources).joinedload(Resource.published_build),
                undefer(Dataset.search_document),
            )
        )
    }
    return [found[identifier] for identifier in order if identifier in found]


def titles(session: Session, ids: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """Return (slug, title in each language) of the visible datasets among `ids`, in their order."""
    order = [uuid.UUID(text) for text in ids]
    rows = session.execute(
        visible()
        .with_only_columns(Dataset.id, Dataset.slug, Dataset.document["title"])
        .where(Dataset.id.in_(order))
    )
    found = {identifier: (slug, title) for identifier, slug, title in rows}
    return [found[identifier] for identifier in order if identifier in found]


def keys(session: Session, ids: Iterable[str]) -> list[tuple[str, dict[str, str], list[str]]]:
    """Return (slug, title, keys of its tables) of the visible datasets among `ids`, in order."""
    order = [uuid.UUID(text) for text in ids]
    rows = session.execute(
        visible()
        .with_only_columns(
            Dataset.id, Dataset.slug, Dataset.document["title"], Dataset.search_document["key"]
        )
        .where(Dataset.id.in_(order))
    )
    found = {identifier: (slug, title, told or []) for identifier, slug, title, told in rows}
    return [found[identifier] for identifier in order if identifier in found]


def newest(session: Session, *, count: int = 6) -> Sequence[Dataset]:
    """Return the datasets whose data changed last."""
    return session.scalars(
        visible()
        .options(
            joinedload(Dataset.publisher),
            selectinload(Dataset.resources).joinedload(Resource.published_build),
        )
        .order_by(Dataset.data_changed_at.desc().nulls_last(), Dataset.id)
        .limit(count)
    ).all()


def versions(session: Session, resource_id: uuid.UUID) -> Sequence[tuple[Version, Build]]:
    """Return the versions of a resource that were ever public, newest first, with their build."""
    rows = session.execute(
        select(Version, Build)
        .join(Build, Build.version_id == Version.id)
        .where(Version.resource_id == resource_id, Build.published_at.is_not(None))
        .order_by(Version.number.desc(), Build.id.desc())
    )
    return [(version, build) for version, build in rows]


def waiting(session: Session, resource: Resource) -> Build | None:
    """Return the build of a resource that waits for a person, else None."""
    return session.scalars(
        select(Build)
        .where(Build.resource_id == resource.id, Build.state == BuildState.HELD.value)
        .options(undefer(Build.report))
        .order_by(Build.id.desc())
        .limit(1)
    ).first()


def resource_file(
    session: Session, dataset_id: uuid.UUID, resource_id: uuid.UUID
) -> tuple[Resource, Build] | None:
    """Return a resource and its live build for a download, if the public may have it."""
    row = session.execute(
        select(Resource, Build)
        .join(Build, Build.id == Resource.published_build_id)
        .join(Dataset, Dataset.id == Resource.dataset_id)
        .where(
            Resource.id == resource_id,
            Dataset.id == dataset_id,
            Dataset.state.in_(_PUBLIC_STATES),
            Build.state.in_(_LIVE_STATES),
        )
        .options(joinedload(Build.version), joinedload(Resource.dataset))
    ).first()
    return (row[0], row[1]) if row else None


def table_file(session: Session, dataset_id: uuid.UUID, table_id: uuid.UUID) -> TableBuild | None:
    """Return the live build of a table, if the public may have it."""
    return session.scalars(
        visible_tables()
        .where(Dataset.id == dataset_id, TableBuild.table_id == table_id)
        .options(joinedload(TableBuild.table), joinedload(TableBuild.build))
    ).first()


@dataclass(frozen=True)
class Figures:
    """Live figures of the whole catalogue."""

    datasets: int
    tables: int
    rows: int
    publishers: int


def figures(session: Session) -> Figures:
    """Count what the public may see."""
    tables = visible_tables().subquery()
    return Figures(
        datasets=session.scalar(select(func.count()).select_from(visible().subquery())) or 0,
        tables=session.scalar(select(func.count()).select_from(tables)) or 0,
        rows=int(session.scalar(select(func.coalesce(func.sum(tables.c.row_count), 0))) or 0),
        publishers=session.scalar(
            select(func.count(func.distinct(Dataset.publisher_id))).where(
                Dataset.state.in_(_PUBLIC_STATES)
            )
        )
        or 0,
    )


def last_harvest(session: Session) -> Run | None:
    """Return the newest run that ended well."""
    return session.scalars(
        select(Run)
        .where(Run.state == RunState.SUCCEEDED.value)
        .order_by(Run.finished_at.desc())
        .limit(1)
    ).first()


def publisher_name(publisher: Publisher | None, language: str) -> str:
    """Return the name of a publisher in `language`, in Vietnamese where there is no other."""
    if publisher is None:
        return ""
    names: dict[str, str] = publisher.names
    return names.get(language) or names.get("vi") or next(iter(names.values()), "")


def text_in(texts: dict[str, str] | None, language: str) -> tuple[str, str]:
    """Return (text, its language): the wanted language, else Vietnamese, else any."""
    texts = texts or {}
    for wanted in (language, "vi", "und", "en"):
        if texts.get(wanted):
            return texts[wanted], wanted
    return "", language
