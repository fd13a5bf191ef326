"""Holding a source: the lease of a run, kept alive beside the work.

Two signs of life. The lease time, renewed by a heartbeat, tells machines apart. The advisory lock
of the heartbeat's own connection tells at once that a process was killed: the server drops the
lock with the connection, so the next run need not wait for the lease to end. Neither is trusted
for correctness: that is the fencing number, see `services/runs.py`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from opendata.models import Run, Source
from opendata.pipeline.state import Lease, Tools
from opendata.services import runs

log = logging.getLogger(__name__)


@contextmanager
def held(
    tools: Tools, source: Source, *, trigger: str, on_lost: Callable[[], None]
) -> Iterator[Lease]:
    """Take the lease of a source and keep it while the block runs; raises AlreadyRunning."""
    duration = timedelta(seconds=tools.settings.harvest.lease_seconds)
    with tools.sessions() as session:
        engine = session.get_bind()
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")  # type: ignore[union-attr] # our factory binds an engine
        # Never back to the pool: the lock lives as long as the connection, and must end with it.
        connection.detach()
        try:
            run = _start(session, connection, source, trigger, tools, duration)
        except BaseException:
            connection.close()
            raise
    lease = Lease(run.id, run.fence)
    stop = threading.Event()
    heartbeat = threading.Thread(
        target=_beat, args=(tools, connection, lease, duration, stop), daemon=True
    )
    heartbeat.start()
    try:
        yield lease
    finally:
        stop.set()
        heartbeat.join()
        connection.close()


def _start(
    session: Session,
    connection: Connection,
    source: Source,
    trigger: str,
    tools: Tools,
    duration: timedelta,
) -> Run:
    now = tools.clock()
    if _lock(connection, source):
        runs.close_lost(session, source, now=now, holder_is_gone=True)
    run = runs.start(session, source, trigger=trigger, now=now, lease=duration)
    session.commit()
    return run


def _lock(connection: Connection, source: Source) -> bool:
    taken = connection.scalar(
        text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"),
        {"name": f"opendata.harvest.{source.id}"},
    )
    return bool(taken)


def _beat(
    tools: Tools,
    connection: Connection,
    lease: Lease,
    duration: timedelta,
    stop: threading.Event,
) -> None:
    while not stop.wait(duration.total_seconds() / 3):
        try:
            with Session(connection) as session:
                until = tools.clock() + duration
                runs.renew(session, lease.run_id, fence=lease.fence, until=until)
                session.commit()
        except SQLAlchemyError as err:
            # The next beat may go through; if none does, the fence stops this run's writes.
            log.warning("the lease of run %s was not renewed: %s", lease.run_id, err)
