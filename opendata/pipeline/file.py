"""One file of one record through the steps; what happens to it is noted beside the resource."""

from __future__ import annotations

import errno
import logging
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from opendata.database import is_outage
from opendata.errors import LeaseLost, SourceFailure, StorageError
from opendata.models import Resource
from opendata.pipeline import prepare
from opendata.pipeline.harvest import Harvest
from opendata.pipeline.remember import remember_failure, remember_success
from opendata.pipeline.state import Work
from opendata.pipeline.steps import STEPS
from opendata.records import Problem
from opendata.services import store_care
from opendata.transport.addresses import shown
from opendata.vocabulary import BuildState

# The system refuses, whatever the file: the next one would fare no better.
_DISK = "free some disk or check who owns the folder"
_OPEN_FILES = "let this user open more files (`ulimit -n`)"
_REFUSALS = {
    errno.ENOSPC: _DISK,
    errno.EDQUOT: _DISK,
    errno.EROFS: _DISK,
    errno.EACCES: _DISK,
    errno.EIO: _DISK,
    errno.EFBIG: "let this user write larger files (`ulimit -f`)",
    errno.EMFILE: _OPEN_FILES,
    errno.ENFILE: _OPEN_FILES,
}
log = logging.getLogger(__name__)


@dataclass
class FileResult:
    """What became of one file."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    is_changed: bool = False


def process(resource: Resource, harvest: Harvest) -> FileResult:
    """Take one file through the steps; raises only what must end the whole run."""
    harvest.check_going_on()
    try:
        return _succeeded(resource, _through_steps(resource, harvest), harvest)
    except SourceFailure as err:
        harvest.check_going_on()  # a transfer that was cut short by the end of the run is no fault
        return _failed(resource, err.reason, str(err), harvest)
    except (LeaseLost, StorageError):
        # Nothing is wrong with the file: the whole run cannot go on.
        raise
    except (OSError, DBAPIError) as err:
        if isinstance(err, DBAPIError) and is_outage(err):
            raise
        if isinstance(err, OSError) and err.errno in _REFUSALS:
            raise StorageError(
                f"The work on a file could not be written to disk: {err.strerror}; "
                f"{_REFUSALS[err.errno]}, then run the harvest again."
            ) from err
        return _faulty(resource, harvest)
    except Exception:  # noqa: BLE001 - a fault in a step costs one file, is logged, and is ours
        return _faulty(resource, harvest)


def _through_steps(resource: Resource, harvest: Harvest) -> Work:
    tools = harvest.tools
    spools = store_care.spools(tools.settings.data_path)
    spools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=store_care.SPOOL_PREFIX, dir=spools) as folder:
        with tools.sessions() as session:
            work = prepare.work_for(session, resource, harvest, folder=Path(folder))
        for step in STEPS:
            work = step(work, tools)
            tools.fault(step.__name__)
            if work.outcome:
                break
    return work


def _succeeded(resource: Resource, work: Work, harvest: Harvest) -> FileResult:
    result = FileResult(is_changed=work.is_new)
    if work.outcome == BuildState.HELD:
        result.counts["held"] += 1
    if work.is_unconfirmed:
        result.counts["not_modified"] += 1
    if work.is_new_version:
        result.counts["versions"] += 1
        result.counts["quarantined"] += sum(table.rows_quarantined for table in work.tables)
    if work.outcome == BuildState.REJECTED:
        result.problems.append(Problem("blocked-digest", field=resource.name, value=work.digest))
    if work.validators_lied:
        etag = work.asks_with.etag or work.asks_with.last_modified
        result.problems.append(Problem("validators-lie", field=resource.name, value=etag))
    if not harvest.is_rebuild:  # which says nothing of the source
        remember_success(resource, work, harvest)
    return result


def _failed(resource: Resource, reason: str, detail: str, harvest: Harvest) -> FileResult:
    log.info("file %s of resource %s failed: %s", shown(resource.url), resource.id, reason)
    if not harvest.is_rebuild:
        remember_failure(resource, reason, harvest)
    problem = Problem(reason, field=resource.name, value=detail[:500])
    return FileResult(Counter(failed_resources=1), [problem])


def _faulty(resource: Resource, harvest: Harvest) -> FileResult:
    log.exception("a step failed on %s", shown(resource.url))
    return _failed(resource, "internal-error", shown(resource.url), harvest)
