"""What the steps need to know of a resource before the first byte is fetched."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata import storage
from opendata.errors import NotFound
from opendata.harvester import Validators
from opendata.models import BlockedDigest, Build, Resource, Source, TableBuild, Version
from opendata.pipeline.harvest import Harvest
from opendata.pipeline.register import PIPELINE_VERSION
from opendata.pipeline.state import Policy, Published, Stored, Tools, Work
from opendata.records import Distribution, Problem
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema
from opendata.vocabulary import BuildState


def policy_of(source: Source, tools: Tools) -> Policy:
    """Return the policy of a source: its own mode, the limits of the settings."""
    limits = tools.settings.harvest
    return Policy(
        mode=source.policy,
        quarantine_limit_percent=limits.quarantine_limit_percent,
        shrink_limit_percent=limits.shrink_limit_percent,
        shrink_limit_count=limits.shrink_limit_count,
    )


def work_for(session: Session, resource: Resource, harvest: Harvest, *, folder: Path) -> Work:
    """Gather what is known of a resource: its newest version, its live build, its schema."""
    source, tools = harvest.source, harvest.tools
    schema = schema_of(resource, source)
    newest = _newest_version(session, resource)
    standing = _standing(session, newest, schema) if newest else None
    return Work(
        resource_id=resource.id,
        dataset_id=resource.dataset_id,
        distribution=Distribution(
            url=resource.url,
            upstream_id=resource.upstream_key,
            name=resource.name,
            format=resource.format,
        ),
        harvester=harvest.harvester,
        lease=harvest.lease,
        policy=policy_of(source, tools),
        folder=folder,
        actor=harvest.actor,
        claimed_format=resource.format,
        schema=schema,
        last_digest=newest.digest if newest else None,
        version_since=newest.fetched_at if newest else None,
        stored=_stored(newest, tools) if newest and harvest.is_rebuild else None,
        asks_with=Validators(**resource.validators),
        is_asked_for_all=_needs_all(resource, tools),
        is_settled=_is_settled(session, resource, standing),
        standing_files=_standing_files(session, newest, standing) if newest else (),
        published=_published(session, resource),
        blocked=frozenset(session.scalars(select(BlockedDigest.digest))),
    )


def _stored(version: Version, tools: Tools) -> Stored:
    return Stored(
        path=tools.store.path(storage.ORIGINALS, version.digest),
        digest=version.digest,
        size=version.size,
        fetched_at=version.fetched_at,
        fetched_from=version.fetched_from,
        headers=version.response_headers,
    )


def _needs_all(resource: Resource, tools: Tools) -> bool:
    """Between full checks the source is believed, unless it has been found wrong."""
    if resource.validators_lie or resource.compared_at is None:
        return True
    longest = timedelta(days=tools.settings.harvest.full_check_days)
    # A comparison that lies ahead was dated by a clock that was wrong.
    return not timedelta() <= tools.clock() - resource.compared_at < longest


def unknown_schema(resource: Resource, source: Source) -> list[Problem]:
    """Return the problem of a file that names a table schema which does not exist."""
    if not (resource.schema_name or source.schema_name) or schema_of(resource, source):
        return []
    return [Problem("unknown-schema", field=resource.name, value=resource.schema_name or "")]


def schema_of(resource: Resource, source: Source) -> TableSchema | None:
    """Return the published schema that the file, else its source, names; unknown names give None
    and are reported with the record."""
    name = resource.schema_name or source.schema_name
    if not name:
        return None
    try:
        return table_schemas.find(name)
    except NotFound:
        return None


def _newest_version(session: Session, resource: Resource) -> Version | None:
    return session.scalars(
        select(Version)
        .where(Version.resource_id == resource.id)
        .order_by(Version.number.desc())
        .limit(1)
    ).first()


def _standing(session: Session, version: Version, schema: TableSchema | None) -> Build | None:
    """Return the build that this pipeline made of a version with the schema named now."""
    wanted = ("none", schema.key if schema else "learned")
    return session.scalars(
        select(Build).where(
            Build.version_id == version.id,
            Build.pipeline_version == PIPELINE_VERSION,
            Build.schema_version.in_(wanted),
        )
    ).first()


def _is_settled(session: Session, resource: Resource, standing: Build | None) -> bool:
    """Say whether a version need not be processed again.

    What would be built is what is in force, and nothing waits: what waits is judged anew in
    every run, since a limit or a policy may have changed.
    """
    if standing is None or standing.id != resource.published_build_id:
        return False
    held = select(Build.id).where(
        Build.resource_id == resource.id, Build.state == BuildState.HELD.value
    )
    return session.scalars(held.limit(1)).first() is None


def _standing_files(
    session: Session, version: Version, standing: Build | None
) -> tuple[tuple[str, str, int | None], ...]:
    """Return the files behind a build; what the store has lost is made again from the source."""
    if standing is None:
        return ()
    tables = session.scalars(select(TableBuild).where(TableBuild.build_id == standing.id)).all()
    return (
        (storage.ORIGINALS, version.digest, version.size),
        *((storage.TABLES, table.parquet_digest, table.parquet_size) for table in tables),
        *(
            (kind, digest, None)
            for table in tables
            for kind, digest in (
                (storage.QUARANTINE, table.quarantine_digest),
                (storage.FOLDED, table.folded_digest),
            )
            if digest
        ),
    )


def _published(session: Session, resource: Resource) -> Published | None:
    if resource.published_build_id is None:
        return None
    build = session.get_one(Build, resource.published_build_id)
    return Published(
        build_id=build.id,
        digest=build.version.digest,
        rows=build.rows_accepted,
        contract=resource.learned_schema,
    )
