"""Rows and files for tests: plain functions, each makes one thing and what it needs below it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from opendata import storage
from opendata.models import (
    Build,
    Dataset,
    DatasetSlug,
    Publisher,
    Record,
    Resource,
    Run,
    Source,
    Table,
    TableBuild,
    Version,
)
from opendata.search.text import sort_key
from opendata.services import rendering, slugs
from opendata.storage import Store
from opendata.vocabulary import BuildState, DatasetState

NOW = datetime(2026, 3, 9, 20, 30, tzinfo=UTC)  # 10/03/2026 03:30 in Hanoi
_TYPES = {"int64": "integer", "double": "number", "bool": "boolean", "date32[day]": "date"}


def make_source(session: Session, name: str = "cong-tinh", **values: Any) -> Source:
    """Make a source that is never harvested."""
    source = Source(name=name, kind="ckan", url="https://example.vn/api", **values)
    session.add(source)
    session.flush()
    return source


def make_run(session: Session, source: Source, state: str = "succeeded", **values: Any) -> Run:
    """Make a run that ended, each a minute after the one before it."""
    earlier = session.query(Run).where(Run.source_id == source.id).count()
    start = NOW + timedelta(minutes=earlier)
    ends = {} if state == "running" else {"finished_at": start + timedelta(seconds=30)}
    run = Run(
        source_id=source.id,
        state=state,
        **{
            "trigger": "test",
            "fence": earlier + 1,
            "lease_until": start,
            "started_at": start,
            "counts": {},
            **ends,
            **values,
        },
    )
    session.add(run)
    session.flush()
    return run


def make_record(
    session: Session,
    run: Run,
    upstream_id: str,
    outcome: str,
    dataset: Dataset | None = None,
    **values: Any,
) -> Record:
    """Make what became of one record of a run."""
    record = Record(
        run_id=run.id,
        upstream_id=upstream_id,
        outcome=outcome,
        dataset_id=dataset.id if dataset else None,
        **values,
    )
    session.add(record)
    session.flush()
    return record


def make_publisher(session: Session, name: str, *, english: str = "", **values: Any) -> Publisher:
    """Make a publisher with a name in one or two languages."""
    names = {"vi": name} | ({"en": english} if english else {})
    publisher = Publisher(slug=slugs.make(name), names=names, name_sort=sort_key(name), **values)
    session.add(publisher)
    session.flush()
    return publisher


def make_dataset(
    session: Session,
    source: Source,
    title: str | Mapping[str, str],
    *,
    publisher: Publisher | None = None,
    state: DatasetState = DatasetState.ACTIVE,
    licence: str = "cc-by-4.0",
    document: Mapping[str, Any] | None = None,
    **values: Any,
) -> Dataset:
    """Make a dataset without files; `document` adds to its metadata document."""
    titles = {"vi": title} if isinstance(title, str) else dict(title)
    slug = slugs.make(next(iter(titles.values())))
    dataset = Dataset(
        source_id=source.id,
        upstream_id=slug,
        slug=slug,
        state=state.value,
        document={
            "title": titles,
            "identifier": slug,
            "licence": licence,
            "language": "vi",
            **(document or {}),
        },
        document_hash=hashlib.sha256(slug.encode()).hexdigest(),
        title_sort=sort_key(next(iter(titles.values()))),
        publisher_id=publisher.id if publisher else None,
        licence=licence,
        **{
            "created_at": NOW,
            "data_changed_at": NOW,
            "metadata_changed_at": NOW,
            "last_checked_at": NOW,
            **values,
        },
    )
    session.add(dataset)
    session.flush()
    session.add(DatasetSlug(slug=slug, dataset_id=dataset.id))
    rendering.render(session, dataset)
    return dataset


def make_resource(session: Session, dataset: Dataset, name: str, **values: Any) -> Resource:
    """Make a file that was never fetched."""
    position = len(dataset.resources)
    resource = Resource(
        dataset_id=dataset.id,
        upstream_key=f"{name}-{position}",
        position=position,
        name=name,
        **{"format": "csv", "url": f"https://example.vn/files/{position}.csv", **values},
    )
    session.add(resource)
    session.flush()
    session.refresh(dataset, ["resources"])
    rendering.render(session, dataset)
    return resource


def make_build(
    session: Session,
    store: Store,
    resource: Resource,
    original: bytes,
    *,
    state: BuildState = BuildState.PUBLISHED,
    file_format: str = "csv",
    **values: Any,
) -> Build:
    """Make a version of these bytes and its build; a live state is also published."""
    version = _make_version(session, store, resource, original)
    is_live = state in (BuildState.PUBLISHED, BuildState.FLAGGED)
    build = Build(
        version_id=version.id,
        resource_id=resource.id,
        state=state.value,
        format=file_format,
        **{
            "created_at": NOW,
            "published_at": NOW if is_live else None,
            "schema_version": "none",
            "pipeline_version": 1,
            "rows_read": 0,
            "rows_accepted": 0,
            "rows_quarantined": 0,
            "reasons": [],
            "report": {"tables": []},
            **values,
        },
    )
    session.add(build)
    session.flush()
    if is_live:
        resource.published_build_id = build.id
        session.flush()
        session.expire(resource, ["published_build"])
    rendering.render(session, resource.dataset)
    return build


def make_resource_with_table(
    session: Session,
    store: Store,
    dataset: Dataset,
    name: str,
    columns: Mapping[str, list[Any]],
    *,
    quarantined: int = 0,
    table_name: str = "",
    table_title: str = "",
    report: Mapping[str, Any] | None = None,
    profile: Mapping[str, Any] | None = None,
    schema: str = "learned",
    original: bytes = b"",
    **values: Any,
) -> tuple[Resource, TableBuild]:
    """Make a published file with one table, real files in the store; `report` adds to the
    table's report."""
    data = pa.table(dict(columns))
    accepted = data.num_rows
    resource = make_resource(session, dataset, name)
    told = {
        "name": table_name,
        "schema": schema,
        "rows_read": accepted + quarantined,
        "rows_accepted": accepted,
        "rows_quarantined": quarantined,
        "problems": [],
        "samples": [],
        "schema_mismatch": [],
        **(report or {}),
    }
    build = make_build(
        session,
        store,
        resource,
        original or _csv(data),
        schema_version=schema,
        rows_read=accepted + quarantined,
        rows_accepted=accepted,
        rows_quarantined=quarantined,
        report={"encoding": "utf-8", "delimiter": ",", "detected": [], "tables": [told]},
        **values,
    )
    table = _make_table(
        session, store, build, data, table_name, table_title, quarantined, dict(profile or {})
    )
    rendering.render(session, dataset)
    return resource, table


def _make_version(session: Session, store: Store, resource: Resource, original: bytes) -> Version:
    digest = hashlib.sha256(original).hexdigest()
    _put(store, storage.ORIGINALS, original, digest)
    earlier = session.query(Version).where(Version.resource_id == resource.id).count()
    version = Version(
        resource_id=resource.id,
        number=earlier + 1,
        digest=digest,
        size=len(original),
        fetched_at=NOW,
        fetched_from=resource.url,
        response_headers={},
        licence="cc-by-4.0",
        licence_digest="",
        attribution="",
    )
    session.add(version)
    session.flush()
    return version


def _make_table(
    session: Session,
    store: Store,
    build: Build,
    data: pa.Table,
    name: str,
    title: str,
    quarantined: int,
    profile: dict[str, Any],
) -> TableBuild:
    content = _parquet(data)
    digest = hashlib.sha256(content).hexdigest()
    _put(store, storage.TABLES, content, digest)
    table = Table(resource_id=build.resource_id, name=name)
    session.add(table)
    session.flush()
    built = TableBuild(
        table_id=table.id,
        build_id=build.id,
        position=0,
        title=title,
        columns=[_column(field) for field in data.schema],
        row_count=data.num_rows,
        parquet_digest=digest,
        parquet_size=len(content),
        row_group_offsets=[0],
        quarantine_digest=None,
        quarantine_rows=quarantined,
        profile=profile,
    )
    session.add(built)
    session.flush()
    return built


def _column(field: pa.Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "alias": slugs.make(field.name).replace("-", "_"),
        "header": field.name,
        "type": _TYPES.get(str(field.type), "string"),
        "format": "default",
        "title": "",
        "description": "",
    }


def _csv(data: pa.Table) -> bytes:
    rows = [data.column_names, *zip(*(column.to_pylist() for column in data.columns), strict=True)]
    lines = (",".join("" if value is None else str(value) for value in row) for row in rows)
    return ("\n".join(lines) + "\n").encode()


def _parquet(data: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(data, sink)
    return bytes(sink.getvalue().to_pybytes())


def _put(store: Store, kind: str, content: bytes, digest: str) -> None:
    folder = store.root / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(folder / digest)
    source.write_bytes(content)
    store.put_once(kind, source, digest)
    source.unlink()
