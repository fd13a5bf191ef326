"""The queue of harvests: procrastinate, in the schema `queue` of the same PostgreSQL.

It hands jobs to the workers of all machines and promises nothing else: that a source is never
harvested twice at a time is the lease's matter, and when it is due is written with the source.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from opendata.config import Database
from opendata.database import SessionFactory
from opendata.services import due

log = logging.getLogger(__name__)
_NAME = "harvest"
_BEAT_SECONDS = 10.0
_SILENT_SECONDS = 60.0  # a worker that has not beaten for so long is taken for dead
_AGAIN_SECONDS = 5.0
_KEPT_HOURS = 72  # jobs that have ended; what they did is in the runs
_BETWEEN_SWEEPS_SECONDS = 3600.0
_STATE = text(
    "SELECT (SELECT count(*) FROM queue.procrastinate_workers"
    " WHERE last_heartbeat > now() - make_interval(secs => :silent)) AS workers,"
    " count(*) FILTER (WHERE status = 'todo') AS waiting,"
    " count(*) FILTER (WHERE status = 'doing') AS under_way"
    " FROM queue.procrastinate_jobs"
).bindparams(silent=_SILENT_SECONDS)
_LOCK = text(
    "SELECT id FROM queue.procrastinate_jobs"
    " WHERE id = :number AND status = 'doing' FOR UPDATE SKIP LOCKED"
)
_FAIL = text("SELECT procrastinate_finish_job_v1(:number, 'failed', false)")


@dataclass(frozen=True)
class QueueState:
    """How many workers give signs of life, and how many jobs wait or are under way."""

    workers: int
    waiting: int
    under_way: int


def state(session: Session) -> QueueState:
    """Look at the queue."""
    found = session.execute(_STATE).one()
    return QueueState(found.workers, found.waiting, found.under_way)


class Queue:
    """One worker's end of the queue; open it with `async with queue.app.open_async()`."""

    def __init__(
        self, engine: Engine, settings: Database, harvest: Callable[[uuid.UUID], None]
    ) -> None:
        self.app = App(connector=_connector(engine, settings))
        self._doing: set[int] = set()
        self._sweep_at = 0.0

        @self.app.task(name=_NAME, queue=_NAME, pass_context=True)
        def job(context: JobContext, source_id: str, fence: int = 0) -> None:
            number = context.job.id or 0
            self._doing.add(number)
            try:
                harvest(uuid.UUID(source_id))
            finally:
                self._doing.discard(number)

    async def work(self, sources: int) -> None:
        """Take jobs, so many at a time, until cancelled; outlives an outage of the database."""
        while True:
            try:
                await self.app.run_worker_async(
                    queues=[_NAME],
                    concurrency=sources,
                    install_signal_handlers=False,
                    update_heartbeat_interval=_BEAT_SECONDS,
                    stalled_worker_timeout=_SILENT_SECONDS,
                )
            except ConnectorException as err:
                log.warning("the queue cannot be read now: %s", type(err.__cause__ or err).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def defer(self, source_id: uuid.UUID, fence: int) -> bool:
        """Put a harvest into the queue; False where one of this source waits there already.

        `fence` is that of the source now: runs of a greater one began after this moment.
        """
        name = str(source_id)
        task = self.app.configure_task(_NAME, queueing_lock=name)
        try:
            await task.defer_async(source_id=name, fence=fence)
        except AlreadyEnqueued:
            return False
        return True

    async def tend(self, sessions: SessionFactory, *, now: datetime) -> None:
        """Close the jobs of dead workers, and remove what ended long ago."""
        manager = self.app.job_manager
        for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_SECONDS):
            if stalled.id not in self._doing:
                await asyncio.to_thread(_close_lost, sessions, stalled, now)
        await manager.prune_stalled_workers(_SILENT_SECONDS)
        if time.monotonic() >= self._sweep_at:
            self._sweep_at = time.monotonic() + _BETWEEN_SWEEPS_SECONDS
            await manager.delete_old_jobs(
                _KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
            )

    async def abandon(self) -> None:
        """Close the jobs that this worker has not finished: it ends now."""
        for number in tuple(self._doing):
            await self._finish(number, Status.ABORTED)

    async def _finish(self, number: int, status: Status) -> None:
        try:
            await self.app.job_manager.finish_job_by_id_async(number, status, delete_job=False)
        except ConnectorException:
            log.info("job %s was closed by another worker", number)


def _close_lost(sessions: SessionFactory, job: Job, now: datetime) -> None:
    """Mark the job of a dead worker as failed; a harvest that never began is due in the same step.

    A worker that comes later finds the job closed, and makes nothing due a second time.
    """
    said: dict[str, Any] = job.task_kwargs
    with sessions() as session:
        source = due.lock(session, uuid.UUID(said["source_id"]))
        if session.execute(_LOCK, {"number": job.id}).first() is None:
            return
        is_due = source is not None and due.again_unless_begun(
            session, source, since=said.get("fence", 0), now=now
        )
        session.flush()
        # What the library's function names lies in its own schema.
        session.execute(text("SET LOCAL search_path = queue"))
        session.execute(_FAIL, {"number": job.id})
        session.commit()
    log.warning("job %s lost its worker%s", job.id, "; its source is due again" * is_due)


def _connector(engine: Engine, settings: Database) -> PsycopgConnector:
    address = engine.url.set(drivername="postgresql")
    limits = (
        f"-c statement_timeout={settings.statement_timeout_seconds}s"
        f" -c lock_timeout={settings.lock_timeout_seconds}s"
    )
    return PsycopgConnector(
        conninfo=address.render_as_string(hide_password=False),
        kwargs={"options": f"-c search_path=queue {limits}", "connect_timeout": 10},
        min_size=1,
        max_size=4,
    )
