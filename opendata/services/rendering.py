"""What is written beside a dataset when it changes: the search document."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import Build, Dataset, TableBuild
from opendata.search.indexer import Loaded
from opendata.services import catalogue, searchable_columns, searchable_facts

# The form of search documents: raise it with every change of what `render` writes, so that
# `search rebuild` writes those anew that an earlier release wrote.
FORM = 2
_BATCH = 200


def render(session: Session, dataset: Dataset) -> None:
    """Write the search document of a dataset anew from what the database says now."""
    document = dataset.document
    names = dataset.publisher.names if dataset.publisher else {}
    title, _ = catalogue.text_in(document["title"], "vi")
    notes, _ = catalogue.text_in(document.get("notes"), "vi")
    builds = _live_builds(session, dataset)
    tables = _live_tables(session, builds)
    dataset.search_document = {
        "id": str(dataset.id),
        "slug": dataset.slug,
        "title": title,
        "title_en": document["title"].get("en", ""),
        "notes": notes,
        "notes_en": document.get("notes", {}).get("en", ""),
        "keywords": document.get("keywords", []),
        "publisher_name": " ".join(names.values()),
        "publisher": dataset.publisher.slug if dataset.publisher else "",
        "form": FORM,
        **searchable_columns.told(tables, {build.id: build.schema_version for build in builds}),
        **_facts(session, dataset, builds, tables),
        "theme": document.get("themes", []),
        "format": _formats(dataset, builds, has_tables=bool(tables)),
        "licence": dataset.licence,
        "schema": sorted(
            {b.schema_version.split("/")[0] for b in builds if "/" in b.schema_version}
        ),
        "modified": (dataset.data_changed_at or dataset.metadata_changed_at).isoformat(),
        "metadata": dataset.metadata_changed_at.isoformat(),
        "created": dataset.created_at.isoformat(),
        "title_sort": dataset.title_sort,
    }


def renew(sessions: SessionFactory) -> int:
    """Write the search documents anew that an earlier release wrote; return how many there were."""
    count = 0
    while True:
        with sessions.begin() as session:
            # Locked: a harvest that changes the dataset meanwhile comes after, and wins.
            old = session.scalars(_written_earlier().limit(_BATCH).with_for_update()).all()
            for dataset in old:
                render(session, dataset)
            count += len(old)
        if len(old) < _BATCH:
            return count


def _written_earlier() -> Select[Dataset]:
    form = Dataset.search_document["form"].as_integer()
    return catalogue.visible().where(form.is_distinct_from(FORM)).order_by(Dataset.id)


def _facts(
    session: Session, dataset: Dataset, builds: list[Build], tables: list[TableBuild]
) -> dict[str, Any]:
    document = dataset.document
    areas, themes = document.get("areas", []), document.get("themes", [])
    return {
        "theme_name": searchable_facts.theme_names(themes),
        "area": areas,
        "area_name": searchable_facts.area_names(areas),
        "period": searchable_facts.years(document, searchable_facts.periods(session, tables)),
        "frequency": document.get("frequency", ""),
        "language": searchable_facts.languages(document),
        "validity": searchable_facts.validity(builds, tables),
        "access": ["api"] if tables else [],
        "downloads": searchable_facts.downloads(session, dataset),
    }


def _live_builds(session: Session, dataset: Dataset) -> list[Build]:
    ids = [r.published_build_id for r in dataset.resources if r.published_build_id is not None]
    if not ids:
        return []
    return list(session.scalars(select(Build).where(Build.id.in_(ids))))


def _live_tables(session: Session, builds: list[Build]) -> list[TableBuild]:
    ids = [build.id for build in builds]
    if not ids:
        return []
    return list(session.scalars(select(TableBuild).where(TableBuild.build_id.in_(ids))))


def _formats(dataset: Dataset, builds: list[Build], *, has_tables: bool) -> list[str]:
    by_resource = {build.resource_id: build.format for build in builds}
    found = {
        by_resource.get(resource.id) or resource.format
        for resource in dataset.resources
        if resource.absent_since is None or resource.id in by_resource
    }
    return sorted({form for form in found if form} | ({"parquet"} if has_tables else set()))


def load(session: Session, ids: Collection[str]) -> Loaded:
    """Return the search documents of those among `ids` that the public may see."""
    wanted = [identifier for text in ids if (identifier := catalogue.as_uuid(text))]
    # In one statement: each version belongs to just this document and state.
    rows = session.execute(
        select(
            Dataset.id,
            Dataset.search_version,
            Dataset.search_document,
            catalogue.is_visible(),
        ).where(Dataset.id.in_(wanted))
    ).all()
    shown = [row for row in rows if row[2] and row[3]]
    documents = {str(found): document | {"version": v} for found, v, document, _ in shown}
    hidden = {str(found): version for found, version, *_ in rows}
    return Loaded(documents, {found: hidden[found] for found in hidden.keys() - documents})


def load_all(session: Session) -> Iterator[dict[str, Any]]:
    """Stream the search documents of all visible datasets."""
    rows = session.execute(
        catalogue.visible()
        .with_only_columns(Dataset.search_document, Dataset.search_version)
        .where(Dataset.search_document.is_not(None))
        .execution_options(yield_per=500)
    )
    yield from (document | {"version": version} for document, version in rows)


def all_versions(session: Session) -> dict[str, int]:
    """Return what the index should hold: the version of each dataset by its id."""
    rows = session.execute(
        catalogue.visible()
        .with_only_columns(Dataset.id, Dataset.search_version)
        .where(Dataset.search_document.is_not(None))
    )
    return {str(identifier): version for identifier, version in rows}
