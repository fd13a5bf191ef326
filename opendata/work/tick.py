"""What every worker does once a minute, whatever it harvests meanwhile.

Any number of workers may do it at the same time: what one has in hand, the others pass over.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from opendata.models import Run
from opendata.notices import delivery
from opendata.pipeline import lease
from opendata.services import due
from opendata.work.tried import tried
from opendata.work.workplace import Workplace

log = logging.getLogger(__name__)

# Puts a harvest of this source into the queue, with the source's fencing number; False where one
# waits there already.
Defer = Callable[[uuid.UUID, int], bool]
Chore = Callable[[Workplace, Defer], None]


def tick(place: Workplace, defer: Defer) -> None:
    """Do every chore, whatever became of those before it."""
    for chore in CHORES:
        with tried(chore.__name__.replace("_", " ")):
            chore(place, defer)


def close_lost_runs(place: Workplace, defer: Defer) -> None:
    """End the runs of workers that are gone, and make their sources due at once."""
    with place.tools.sessions() as session:
        found = lease.lost(session, place.tools)
    for run in found:
        with tried(f"run {run.id}"):
            _close_lost(place, run)


def _close_lost(place: Workplace, run: Run) -> None:
    timezone = place.tools.settings.harvest.timezone
    with place.tools.sessions() as session:
        due.lock(session, run.source_id)
        closed = lease.close_lost(session, place.tools, run.id)
        if closed is None:
            return
        source = due.after(session, closed, now=place.tools.clock(), timezone=timezone)
        session.commit()
    again = f"due again at {source.next_run_at}" if source else "harvested by hand only"
    log.warning("run %s lost its worker; its source is %s", run.id, again)


def mend_times(place: Workplace, defer: Defer) -> None:
    """Give a time to scheduled sources that have none, or one that only a wrong clock gives."""
    now, timezone = place.tools.clock(), place.tools.settings.harvest.timezone
    with place.tools.sessions() as session:
        for source in due.with_schedule(session):
            with tried(f"the schedule of {source.name}"):
                if due.is_impossible(session, source, now=now, timezone=timezone):
                    source.next_run_at = due.scheduled(source, now, timezone=timezone)
                    log.info("source %s is due at %s", source.name, source.next_run_at)
        session.commit()


def queue_what_is_due(place: Workplace, defer: Defer) -> None:
    """Put a harvest into the queue for each source whose time has come, then move its time."""
    now = place.tools.clock()
    with place.tools.sessions() as session:
        waiting = due.due(session, now=now)
    for source_id in waiting:
        with tried(f"source {source_id}"):
            _queue_one(place, defer, source_id)


def _queue_one(place: Workplace, defer: Defer, source_id: uuid.UUID) -> None:
    now, timezone = place.tools.clock(), place.tools.settings.harvest.timezone
    with place.tools.sessions() as session:
        source = due.claim(session, source_id, now=now)
        if source is None:
            return
        coming = due.scheduled(source, now, timezone=timezone)
        # In this order: a crash in between costs a harvest too many, and never one too few.
        is_new = defer(source_id, source.fence)
        source.next_run_at = coming
        session.commit()
    said = "is due: queued" if is_new else "is due, and waits in the queue already"
    log.info("source %s %s; next at %s", source.name, said, coming)


def bring_index_up_to_date(place: Workplace, defer: Defer) -> None:
    """Let the search index follow what changed."""
    place.follow_index()


def deliver_notices(place: Workplace, defer: Defer) -> None:
    """Tell who wants to know what began or ceased to fail."""
    delivery.deliver(place.tools.sessions, place.tools.settings)


CHORES: tuple[Chore, ...] = (
    close_lost_runs,
    mend_times,
    queue_what_is_due,
    bring_index_up_to_date,
    # Last: a receiver that is slow to answer keeps nothing else waiting.
    deliver_notices,
)
