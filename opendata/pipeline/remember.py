"""What is written beside a resource after each look: how it went, and when to look again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from opendata.models import Resource
from opendata.pipeline.harvest import Harvest
from opendata.pipeline.state import Work
from opendata.services import runs
from opendata.vocabulary import BuildState

# As HTTP caches do: what has not changed for ten days is looked at again after one.
_SHARE_OF_REST = 0.1


def remember_success(resource: Resource, work: Work, harvest: Harvest) -> None:
    """Write when the file was looked at, and by which names the source calls its bytes."""
    now = harvest.tools.clock()
    with _opened(resource, harvest, now) as row:
        is_blocked = work.outcome == BuildState.REJECTED
        row.last_reason = "blocked-digest" if is_blocked else ""
        row.failing_since = (row.failing_since or now) if is_blocked else None
        if not work.is_unconfirmed:
            row.compared_at = now
            # Blocked bytes are not kept, so a source that calls them unchanged says nothing.
            row.validators = {} if is_blocked else work.validators
            row.validators_lie = row.validators_lie or work.validators_lied
        rests_since = now if work.is_new_version else work.version_since or now
        # What waits for a person is judged anew in every run.
        is_held = work.outcome == BuildState.HELD
        row.next_check_at = None if is_held else _next_look(now, rests_since, harvest)


def remember_failure(resource: Resource, reason: str, harvest: Harvest) -> None:
    """Write why the file could not be had, and since when."""
    now = harvest.tools.clock()
    with _opened(resource, harvest, now) as row:
        row.last_reason = reason
        row.failing_since = row.failing_since or now
        row.next_check_at = _next_look(now, row.failing_since, harvest)


@contextmanager
def _opened(resource: Resource, harvest: Harvest, now: datetime) -> Iterator[Resource]:
    """Give the row of a file that was looked at, and save what is written on it."""
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        row = session.get_one(Resource, resource.id)
        row.last_checked_at = now
        yield row
        session.commit()


def _next_look(now: datetime, since: datetime, harvest: Harvest) -> datetime:
    """The longer nothing has changed, the later: but never later than the settings say."""
    longest = timedelta(days=harvest.tools.settings.harvest.longest_recheck_days)
    return now + min(longest, (now - since) * _SHARE_OF_REST)
