"""register: files into the store, then version, build, pointer and event in ONE transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opendata import storage
from opendata.models import Build, Dataset, Resource, Table, TableBuild, Version
from opendata.pipeline.contract import contract_of
from opendata.pipeline.report import report_of
from opendata.pipeline.state import Tools, Verdict, Work
from opendata.pipeline.tables import BuiltTable
from opendata.services import codelists, datasets, runs
from opendata.vocabulary import LIVE_BUILDS, BuildState

# Raise it when the processing changes what a build holds: old builds stay, new ones are made.
PIPELINE_VERSION = 2


def register(work: Work, tools: Tools) -> Work:
    """Keep the files and write the rows; readers meet the new build whole or not at all.

    Bytes that a person has blocked are not kept. Raises LeaseLost when another run has taken
    over, StorageError when the disk refuses.
    """
    verdict = _present(work.verdict)
    if verdict.state == BuildState.REJECTED:
        return replace(work, outcome=str(verdict.state))
    files = _store_files(work, tools)
    with tools.sessions() as session:
        runs.hold_fence(session, work.lease.run_id, fence=work.lease.fence)
        # One file of a dataset after the other: what is rendered with it tells of them all.
        session.get_one(Dataset, work.dataset_id, with_for_update=True)
        resource = session.get_one(Resource, work.resource_id, with_for_update=True)
        version, is_added = _version(session, resource, work)
        build = None if is_added else _standing_build(session, version, work)
        if build is not None and build.id == resource.published_build_id:
            return _stay(session, build, work)
        verdict_is_new = build is None or (build.state, build.reasons) != _said(verdict)
        if build is None:
            build = _build(session, resource, version, work, tools.clock())
            _tables(session, resource, build, work.tables, files)
        build.state, build.reasons = _said(verdict)
        tools.fault("version-registered")
        _put_in_force(session, resource, build, work, tools.clock(), is_new=verdict_is_new)
        tools.fault("before-commit")
        session.commit()
        tools.fault("after-commit")
    return replace(work, outcome=build.state, is_new=verdict_is_new, is_new_version=is_added)


def _said(verdict: Verdict) -> tuple[str, list[str]]:
    return str(verdict.state), list(verdict.reasons)


def _stay(session: Session, build: Build, work: Work) -> Work:
    """What is in force stays: lost files were made again, or a schema was named and taken back.

    A build that waited to take its place waits no longer.
    """
    if _supersede(session, build, (BuildState.HELD,)):
        _announce(session, build, work, kind="build.kept")
    session.commit()
    return replace(work, outcome=build.state)


def _supersede(session: Session, build: Build, states: Sequence[BuildState]) -> int:
    """Take the place of the resource's other builds; return how many stepped back."""
    stepped_back = session.execute(
        update(Build)
        .where(Build.resource_id == build.resource_id, Build.id != build.id)
        .where(Build.state.in_([state.value for state in states]))
        .values(state=BuildState.SUPERSEDED.value)
        .returning(Build.id)
    )
    return len(stepped_back.all())


def _standing_build(session: Session, version: Version, work: Work) -> Build | None:
    """Return the build that this pipeline already made of these bytes with this schema."""
    return session.scalars(
        select(Build).where(
            Build.version_id == version.id,
            Build.schema_version == schema_version(work),
            Build.pipeline_version == PIPELINE_VERSION,
        )
    ).first()


def _put_in_force(
    session: Session,
    resource: Resource,
    build: Build,
    work: Work,
    now: datetime,
    *,
    is_new: bool,
) -> None:
    if build.state in LIVE_BUILDS:
        _publish(session, resource, build, work, now)
    elif is_new:
        _announce(session, build, work, kind="build.held")


def _store_files(work: Work, tools: Tools) -> dict[Path, str]:
    """Put original, tables and quarantine into the store; return their digests."""
    spool = _present(work.spool)
    tools.store.put_once(storage.ORIGINALS, spool, work.digest)
    digests = {}
    for table in work.tables:
        for kind, path in _files(table):
            if path is not None:
                digests[path] = storage.sha256(path)
                tools.store.put_once(kind, path, digests[path])
    return digests


def _files(table: BuiltTable) -> tuple[tuple[str, Path | None], ...]:
    return (
        (storage.TABLES, table.parquet),
        (storage.QUARANTINE, table.quarantine),
        (storage.FOLDED, table.folded),
    )


def _version(session: Session, resource: Resource, work: Work) -> tuple[Version, bool]:
    """Return the newest version if it has these bytes (a new build of it), else a new one; and
    whether it is new."""
    newest = session.scalars(
        select(Version)
        .where(Version.resource_id == resource.id)
        .order_by(Version.number.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.digest == work.digest:
        return newest, False
    dataset = session.get_one(Dataset, work.dataset_id)
    licence = codelists.licence(dataset.licence)
    version = Version(
        resource_id=resource.id,
        number=newest.number + 1 if newest else 1,
        digest=work.digest,
        size=work.size,
        fetched_at=_present(work.fetched_at),
        fetched_from=work.fetched_from,
        response_headers=work.headers,
        licence=dataset.licence,
        licence_digest=hashlib.sha256(licence.text["en"].encode()).hexdigest(),
        attribution=(dataset.document.get("publisher") or {}).get("name", ""),
    )
    session.add(version)
    session.flush()
    return version, True


def _build(
    session: Session, resource: Resource, version: Version, work: Work, now: datetime
) -> Build:
    verdict = _present(work.verdict)
    shape = _present(work.shape)
    build = Build(
        version_id=version.id,
        resource_id=resource.id,
        schema_version=schema_version(work),
        pipeline_version=PIPELINE_VERSION,
        state=str(verdict.state),
        format=shape.format,
        rows_read=sum(table.rows_read for table in work.tables),
        rows_accepted=sum(table.rows_accepted for table in work.tables),
        rows_quarantined=sum(table.rows_quarantined for table in work.tables),
        report={**report_of(shape, work.tables), "changes": _changes(verdict)},
        created_at=now,
    )
    session.add(build)
    session.flush()
    return build


def schema_version(work: Work) -> str:
    """Return what the build was held against: a published schema, the learned one, or none."""
    if not work.tables:
        return "none"
    return work.schema.key if work.schema else "learned"


def _tables(
    session: Session,
    resource: Resource,
    build: Build,
    built: tuple[BuiltTable, ...],
    digests: dict[Path, str],
) -> None:
    known = {
        table.name: table
        for table in session.scalars(select(Table).where(Table.resource_id == resource.id))
    }
    for position, table in enumerate(built):
        identity = known.get(table.name)
        if identity is None:
            identity = Table(resource_id=resource.id, name=table.name)
            session.add(identity)
            session.flush()
        session.add(_table_build(identity, build, position, table, digests))
    session.flush()


def _table_build(
    identity: Table, build: Build, position: int, table: BuiltTable, digests: dict[Path, str]
) -> TableBuild:
    return TableBuild(
        table_id=identity.id,
        build_id=build.id,
        position=position,
        title=table.title,
        columns=[asdict(column) for column in table.columns],
        row_count=table.rows_accepted,
        parquet_digest=digests[table.parquet],
        parquet_size=table.parquet.stat().st_size,
        row_group_offsets=list(table.row_group_offsets),
        quarantine_digest=digests[table.quarantine] if table.quarantine else None,
        quarantine_rows=table.rows_quarantined,
        profile=table.profile,
        folded_digest=digests[table.folded] if table.folded else None,
    )


def _publish(session: Session, resource: Resource, build: Build, work: Work, now: datetime) -> None:
    """Move the pointer: from this commit on, readers see the new build."""
    previous = (
        session.get(Build, resource.published_build_id) if resource.published_build_id else None
    )
    _supersede(session, build, (*LIVE_BUILDS, BuildState.HELD))
    build.published_at = build.published_at or now
    resource.published_build_id = build.id
    if work.tables:
        # A wider table is flagged once; from then on it is what later files are held against.
        resource.learned_schema = contract_of(work.tables)
    if previous is None or previous.version_id != build.version_id:
        session.get_one(Dataset, work.dataset_id).data_changed_at = now
    _announce(session, build, work, kind="build.published")


def _announce(session: Session, build: Build, work: Work, *, kind: str) -> None:
    dataset = session.get_one(Dataset, work.dataset_id)
    datasets.announce(session, dataset, actor=work.actor, kind=kind, **_facts(build, work))


def _facts(build: Build, work: Work) -> dict[str, Any]:
    verdict: Verdict = _present(work.verdict)
    return {
        "resource_id": str(work.resource_id),
        "build_id": build.id,
        "digest": work.digest,
        "previous_digest": work.published.digest if work.published else None,
        "state": str(build.state),
        "reasons": list(verdict.reasons),
        "changes": _changes(verdict),
        "rows": build.rows_accepted,
    }


def _changes(verdict: Verdict) -> list[dict[str, Any]]:
    return [asdict(change) for change in verdict.changes]


def _present(value: Any) -> Any:
    """Return a value that an earlier step must have set."""
    if value is None:
        raise AssertionError("a step ran out of order: see pipeline/__init__.py")
    return value
