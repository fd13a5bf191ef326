"""All files of one record through the steps; a failing file costs that file and no other."""

from __future__ import annotations

import errno
import logging
import tempfile
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from opendata.database import is_outage
from opendata.errors import LeaseLost, SourceFailure, StorageError
from opendata.harvester import Harvester
from opendata.models import Resource, Source
from opendata.pipeline import STEPS, prepare
from opendata.pipeline.state import Lease, Tools, Work
from opendata.records import Problem
from opendata.services import runs, store_care
from opendata.transport.addresses import shown
from opendata.vocabulary import BuildState

# The disk refuses, whatever the file: the next one would fare no better.
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE}
log = logging.getLogger(__name__)


@dataclass
class FileResults:
    """What became of the files of one record."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    is_changed: bool = False


def process(
    dataset_id: uuid.UUID, *, source: Source, harvester: Harvester, lease: Lease, tools: Tools
) -> FileResults:
    """Take every file of a dataset through the steps, each in its own transaction."""
    results = FileResults()
    with tools.sessions() as session:
        resources = session.scalars(
            select(Resource)
            .where(Resource.dataset_id == dataset_id, Resource.absent_since.is_(None))
            .order_by(Resource.position)
        ).all()
    for resource in resources:
        results.counts["resources"] += 1
        if (resource.schema_name or source.schema_name) and not prepare.schema_of(resource, source):
            results.problems.append(
                Problem("unknown-schema", field=resource.name, value=resource.schema_name or "")
            )
        _process_one(resource, source, harvester, lease, tools, results)
    return results


def _process_one(
    resource: Resource,
    source: Source,
    harvester: Harvester,
    lease: Lease,
    tools: Tools,
    results: FileResults,
) -> None:
    try:
        work = _through_steps(resource, source, harvester, lease, tools)
    except SourceFailure as err:
        _note_failure(resource, err.reason, str(err), lease, tools, results)
    except (LeaseLost, StorageError):
        # Nothing is wrong with the file: the whole run cannot go on.
        raise
    except (OSError, DBAPIError) as err:
        if isinstance(err, DBAPIError) and is_outage(err):
            raise
        if isinstance(err, OSError) and err.errno in _DISK:
            raise StorageError(
                f"The work on a file could not be written to disk: {err.strerror}; "
                "free some disk or check who owns the folder, then run the harvest again."
            ) from err
        _note_fault(resource, lease, tools, results)
    except Exception:  # noqa: BLE001 - a fault in a step costs one file, is logged, and is ours
        _note_fault(resource, lease, tools, results)
    else:
        _note_success(resource, work, tools, results)


def _through_steps(
    resource: Resource, source: Source, harvester: Harvester, lease: Lease, tools: Tools
) -> Work:
    spools = store_care.spools(tools.settings.data_path)
    spools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=store_care.SPOOL_PREFIX, dir=spools) as folder:
        with tools.sessions() as session:
            work = prepare.work_for(
                session,
                resource,
                source=source,
                harvester=harvester,
                lease=lease,
                folder=Path(folder),
                tools=tools,
            )
        for step in STEPS:
            work = step(work, tools)
            tools.fault(step.__name__)
            if work.outcome:
                break
    return work


def _note_fault(resource: Resource, lease: Lease, tools: Tools, results: FileResults) -> None:
    log.exception("a step failed on %s", shown(resource.url))
    _note_failure(resource, "internal-error", shown(resource.url), lease, tools, results)


def _note_success(resource: Resource, work: Work, tools: Tools, results: FileResults) -> None:
    if work.outcome == BuildState.HELD:
        results.counts["held"] += 1
    results.is_changed = results.is_changed or work.is_new
    if work.is_new_version:
        results.counts["versions"] += 1
        results.counts["quarantined"] += sum(table.rows_quarantined for table in work.tables)
    reason = "blocked-digest" if work.outcome == BuildState.REJECTED else ""
    if reason:
        results.problems.append(Problem(reason, field=resource.name, value=work.digest))
    _remember(resource, reason, work.lease, tools)


def _note_failure(
    resource: Resource,
    reason: str,
    detail: str,
    lease: Lease,
    tools: Tools,
    results: FileResults,
) -> None:
    log.info("file %s of resource %s failed: %s", shown(resource.url), resource.id, reason)
    results.counts["failed_resources"] += 1
    results.problems.append(Problem(reason, field=resource.name, value=detail[:500]))
    _remember(resource, reason, lease, tools)


def _remember(resource: Resource, reason: str, lease: Lease, tools: Tools) -> None:
    """Write beside the resource when it was last looked at, and since when it fails."""
    with tools.sessions() as session:
        runs.hold_fence(session, lease.run_id, fence=lease.fence)
        row = session.get_one(Resource, resource.id)
        row.last_checked_at = tools.clock()
        row.last_reason = reason
        row.failing_since = (row.failing_since or row.last_checked_at) if reason else None
        session.commit()
