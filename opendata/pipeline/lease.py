"""Holding a source: the lease of a run, kept alive beside the work.

Two signs of life. The lease time, renewed by a heartbeat, tells machines apart. The advisory lock
of the heartbeat's own connection tells at once that a process was killed: the server drops the
lock with the connection, so the next run need not wait for the lease to end. Neither is trusted
for correctness: that is the fencing number, see `services/runs.py`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, select, text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from opendata.database import is_passing
from opendata.models import Run, Source
from opendata.pipeline.state import Lease, Tools
from opendata.services import runs
from opendata.vocabulary import RunState

log = logging.getLogger(__name__)
_LONGEST_BEAT_SECONDS = 5.0
# The lock may go with its connection while the run lives: the next beats bring it back.
_BEATS_OF_SILENCE = 3
# A run that has ended lets go of its lock a moment later.
_LETTING_GO_SECONDS = 1.0
_LOCK = "opendata.harvest."
# The server shows the 64 bits of a lock's number in two halves.
_IS_UNLOCKED = text(
    "NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND datname = current_database()"
    " AND (classid::bigint << 32) | objid::bigint"
    " = hashtextextended(:prefix || run.source_id, 0))"
).bindparams(prefix=_LOCK)


@contextmanager
def held(
    tools: Tools, source: Source, *, trigger: str, on_lost: Callable[[], None]
) -> Iterator[Lease]:
    """Take the lease of a source and keep it while the block runs; raises AlreadyRunning.

    When the run turns out to be no longer ours, `Lease.lost` is set and `on_lost` is called, on
    the thread of the heartbeat.
    """
    guard = _Guard(tools, source)
    try:
        run = _start(guard, source, trigger, tools)
    except BaseException:
        guard.close()
        raise
    lease = Lease(run.id, run.fence)
    tools.leases.add(lease)
    stop = threading.Event()
    heartbeat = threading.Thread(
        target=_beat, args=(tools, guard, lease, stop, on_lost), daemon=True
    )
    heartbeat.start()
    try:
        yield lease
    finally:
        stop.set()
        heartbeat.join()
        tools.leases.discard(lease)
        guard.close()


def lost(session: Session, tools: Tools) -> Sequence[Run]:
    """Return the runs whose process is gone.

    Gone is who let the lease run out, or who holds no lock and was silent for some beats.
    """
    return session.scalars(select(Run).where(_is_lost(tools)).order_by(Run.id)).all()


def close_lost(session: Session, tools: Tools, run_id: int) -> Run | None:
    """Close a run whose process is gone; None when it is not, or is being written this moment.

    The caller has locked the source: who starts a run locks in this order.
    """
    run = session.scalars(
        select(Run)
        .where(Run.id == run_id, _is_lost(tools))
        .with_for_update(key_share=True, skip_locked=True)
    ).first()
    if run is not None:
        run.state, run.reason = RunState.FAILED.value, "lost-worker"
        run.finished_at = tools.clock()
        session.flush()
    return run


def give_back(session: Session, tools: Tools) -> Sequence[Run]:
    """Close as interrupted the runs that this process still holds, and return them: it ends now."""
    ours = [lease.run_id for lease in tuple(tools.leases)]
    return session.scalars(
        update(Run)
        .where(Run.id.in_(ours), Run.state == RunState.RUNNING.value)
        .values(state=RunState.CANCELLED.value, reason="interrupted", finished_at=tools.clock())
        .returning(Run)
    ).all()


class _Guard:
    """A connection of its own whose advisory lock says that this process lives."""

    def __init__(self, tools: Tools, source: Source) -> None:
        self._tools = tools
        self._lock = f"{_LOCK}{source.id}"
        self._is_locked = False
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        """Return the connection, a new one where the old was cut; it takes the lock if it can."""
        if self._connection is None:
            with self._tools.sessions() as session:
                engine = session.get_bind()
            opened = engine.connect().execution_options(isolation_level="AUTOCOMMIT")  # type: ignore[union-attr] # our factory binds an engine
            # Never back to the pool: the lock lives as long as the connection, and ends with it.
            opened.detach()
            self._connection = opened
        if not self._is_locked:
            taken = self._connection.scalar(
                text("SELECT pg_try_advisory_lock(hashtextextended(:lock, 0))"),
                {"lock": self._lock},
            )
            self._is_locked = bool(taken)
        return self._connection

    def lock(self, *, wait: float) -> bool:
        """Take the lock, within so many seconds; False when another process holds on to it."""
        until = time.monotonic() + wait
        self.connection()
        while not self._is_locked and time.monotonic() < until:
            time.sleep(_LETTING_GO_SECONDS / 20)
            self.connection()
        return self._is_locked

    def close(self) -> None:
        """Let go of connection and lock; `connection` opens them again."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
        self._connection, self._is_locked = None, False


def _start(guard: _Guard, source: Source, trigger: str, tools: Tools) -> Run:
    now = tools.clock()
    with tools.sessions() as session:
        # One process at a time: who has the lock, and whether a run is there, belong together.
        session.execute(
            select(Source.id).where(Source.id == source.id).with_for_update(key_share=True)
        )
        is_free = runs.running(session, source) is None
        # Without the lock a run may begin all the same: a frozen process may sit on it for ever.
        if guard.lock(wait=_LETTING_GO_SECONDS if is_free else 0):
            runs.close_lost(session, source, now=now, holder_is_gone=True)
        run = runs.start(session, source, trigger=trigger, now=now, lease=_duration(tools))
        session.commit()
        return run


def _is_lost(tools: Tools) -> ColumnElement[bool]:
    now = tools.clock()
    silent = now + _duration(tools) - _BEATS_OF_SILENCE * _between_beats(tools)
    return (Run.state == RunState.RUNNING.value) & (
        (Run.lease_until < now) | ((Run.lease_until < silent) & _IS_UNLOCKED)
    )


def _beat(
    tools: Tools,
    guard: _Guard,
    lease: Lease,
    stop: threading.Event,
    on_lost: Callable[[], None],
) -> None:
    while not stop.wait(_between_beats(tools).total_seconds()):
        try:
            is_ours = _renew(tools, guard, lease)
        except SQLAlchemyError as err:
            # The next beat may go through; if none does, the fence stops this run's writes.
            problem = type(err).__name__
            log.warning("the lease of run %s was not renewed: %s", lease.run_id, problem)
            if not (isinstance(err, DBAPIError) and is_passing(err)):
                guard.close()
            continue
        if not is_ours:
            log.warning("run %s was stopped or taken over; it writes no more", lease.run_id)
            lease.lost.set()
            on_lost()
            return


def _renew(tools: Tools, guard: _Guard, lease: Lease) -> bool:
    with Session(guard.connection()) as session:
        until = tools.clock() + _duration(tools)
        is_ours = runs.renew(session, lease.run_id, fence=lease.fence, until=until)
        session.commit()
        return is_ours


def _duration(tools: Tools) -> timedelta:
    return timedelta(seconds=tools.settings.harvest.lease_seconds)


def _between_beats(tools: Tools) -> timedelta:
    return min(_duration(tools) / 3, timedelta(seconds=_LONGEST_BEAT_SECONDS))
