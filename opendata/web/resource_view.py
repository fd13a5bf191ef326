"""What the dataset page tells of one file: its table sections, its state, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from opendata.models import Build, Resource, TableBuild, Version
from opendata.services import catalogue
from opendata.vocabulary import LIVE_BUILDS
from opendata.web import filenames, i18n, media_types, preview, profile_view
from opendata.web.instance import Instance

# Reading a preview costs a file each: behind this many tables the page offers the files only.
_PREVIEWS = 10
_SAMPLES = 20
_LIVE = {state.value for state in LIVE_BUILDS}


@dataclass(frozen=True)
class TableView:
    """One table section."""

    build: TableBuild
    title: str
    files: dict[str, str]  # `parquet`, `csv`, `json` -> path
    schema: str  # `name/version`, or empty where columns were learned from the data
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    problems: Sequence[dict[str, Any]]
    samples: Sequence[dict[str, Any]]
    mismatches: Sequence[dict[str, Any]]
    apart: Sequence[dict[str, Any]]
    profile: profile_view.ProfileView | None
    preview: preview.Preview | None

    @property
    def anchor(self) -> str:
        return f"table-{self.build.table_id}"


@dataclass(frozen=True)
class ResourceView:
    """One file with its tables; `build` is None while nothing of it is public."""

    resource: Resource
    build: Build | None
    waiting: Build | None
    original: str
    tables: Sequence[TableView] = ()
    versions: Sequence[tuple[Version, Build]] = field(default_factory=tuple)

    @property
    def anchor(self) -> str:
        return f"resource-{self.resource.id}"

    @property
    def name(self) -> str:
        return self.resource.name or self.resource.url.rpartition("/")[2] or str(self.resource.id)

    @property
    def personal(self) -> list[dict[str, Any]]:
        """What looks like personal data in the file that waits; its samples are masked."""
        tables = self.waiting.report.get("tables", ()) if self.waiting else ()
        found = [finding for table in tables for finding in table.get("personal", ())]
        return [finding for finding in found if not finding["is_allowed"]]

    @property
    def address(self) -> str:
        """Where the file lies upstream, unless it may hold personal data; a source read with a
        credential may have keys in its queries."""
        if self.personal:
            return ""
        url = self.resource.url
        return url.partition("?")[0] if self.resource.dataset.source.secret_env else url


def make_all(
    session: Session, instance: Instance, resources: Sequence[Resource]
) -> list[ResourceView]:
    """Return the views of the resources of one page."""
    views, previews_left = [], _PREVIEWS
    for resource in resources:
        view = _make(session, instance, resource, previews_left)
        previews_left -= len(view.tables)
        views.append(view)
    return views


def _make(
    session: Session, instance: Instance, resource: Resource, previews_left: int
) -> ResourceView:
    build = resource.published_build
    waiting = catalogue.waiting(session, resource)
    if build is None or build.state not in _LIVE:
        return ResourceView(resource, None, waiting, original="")
    tables = [
        _table(instance, resource, table, with_preview=number < previews_left)
        for number, table in enumerate(build.tables)
    ]
    # One entry a version: builds come newest first, so the older ones are written over last.
    history = {v.id: (v, b) for v, b in reversed(catalogue.versions(session, resource.id))}
    versions = sorted(history.values(), key=lambda entry: -entry[0].number)
    return ResourceView(resource, build, waiting, _original(resource, build), tables, versions)


def _original(resource: Resource, build: Build) -> str:
    return url_for(
        "download.original",
        dataset_id=resource.dataset_id,
        resource_id=resource.id,
        file=filenames.plain(resource.name, media_types.extension(build.format)),
    )


def _table(
    instance: Instance, resource: Resource, table: TableBuild, *, with_preview: bool
) -> TableView:
    title = table.title or table.table.name or resource.name
    report = _report(table)
    return TableView(
        build=table,
        title=title,
        files={form: _file(resource, table, title, form) for form in ("parquet", "csv", "json")},
        schema=_schema(report, table.build),
        rows_read=report.get("rows_read", table.row_count + table.quarantine_rows),
        rows_accepted=report.get("rows_accepted", table.row_count),
        rows_quarantined=report.get("rows_quarantined", table.quarantine_rows),
        problems=report.get("problems", ()),
        samples=report.get("samples", ())[:_SAMPLES],
        mismatches=report.get("schema_mismatch", ()),
        apart=report.get("apart", ()),
        profile=profile_view.make(table.profile, table.columns, i18n.language()),
        preview=preview.read(instance, table) if with_preview else None,
    )


def _report(table: TableBuild) -> dict[str, Any]:
    for report in table.build.report.get("tables", ()):
        if report.get("name", "") == table.table.name:
            return dict(report)
    return {}


def _schema(report: dict[str, Any], build: Build) -> str:
    schema: str = report.get("schema", build.schema_version)
    return schema if "/" in schema else ""


def _file(resource: Resource, table: TableBuild, title: str, form: str) -> str:
    return url_for(
        "download.table",
        dataset_id=resource.dataset_id,
        table_id=table.table_id,
        file=filenames.plain(title, form),
    )
