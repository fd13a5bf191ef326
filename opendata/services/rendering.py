"""What is written beside a dataset when it changes: the search document."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata.models import Build, Dataset, TableBuild
from opendata.search.indexer import Loaded
from opendata.services import catalogue


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
        "columns": sorted({column["header"] for table in tables for column in table.columns}),
        "theme": document.get("themes", []),
        "format": _formats(dataset, builds, has_tables=bool(tables)),
        "licence": dataset.licence,
        "schema": sorted(
            {b.schema_version.split("/")[0] for b in builds if "/" in b.schema_version}
        ),
        "modified": (dataset.data_changed_at or dataset.metadata_changed_at).isoformat(),
        "created": dataset.created_at.isoformat(),
        "title_sort": dataset.title_sort,
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
