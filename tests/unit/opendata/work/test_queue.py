"""The queue on PostgreSQL: one job waits for a source, and dead workers leave nothing behind."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Source
from opendata.work.queue import Queue, state
from tests.factories import make_run, make_source


def use(
    engine: Engine,
    settings: Settings,
    work: Callable[[Queue], Awaitable[None]],
    harvest: Callable[[uuid.UUID], None] = lambda source_id: None,
) -> None:
    async def main() -> None:
        queue = Queue(engine, settings.database, harvest)
        async with queue.app.open_async():
            await work(queue)

    # A thread of its own: the browser of other tests keeps a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, main()).result()


def test_one_job_of_a_source_waits(
    engine: Engine, settings: Settings, sessions: SessionFactory
) -> None:
    source = uuid.uuid4()

    async def work(queue: Queue) -> None:
        assert await queue.defer(source, 1)
        assert not await queue.defer(source, 1)
        assert await queue.defer(uuid.uuid4(), 1)

    use(engine, settings, work)
    with sessions() as session:
        assert state(session).waiting == 2


def test_jobs_are_worked_side_by_side(
    engine: Engine, settings: Settings, sessions: SessionFactory
) -> None:
    both = threading.Barrier(2)

    def meet(source_id: uuid.UUID) -> None:
        both.wait(10)

    async def work(queue: Queue) -> None:
        for _ in range(4):
            await queue.defer(uuid.uuid4(), 1)
        taking = asyncio.create_task(queue.work(2))
        with sessions() as session:
            while state(session).waiting:
                session.rollback()
                await asyncio.sleep(0.01)
        taking.cancel()
        await asyncio.wait({taking})

    use(engine, settings, work, meet)
    assert not both.broken
    with sessions() as session:
        assert state(session).under_way == 0


def test_jobs_of_a_dead_worker_are_marked_as_failed(
    engine: Engine, settings: Settings, sessions: SessionFactory, now: datetime
) -> None:
    async def work(queue: Queue) -> None:
        manager = queue.app.job_manager
        dead, alive = await manager.register_worker(), await manager.register_worker()
        for worker in (dead, alive):
            await queue.defer(uuid.uuid4(), 1)
            assert await manager.fetch_job(["harvest"], worker)
        with sessions() as session:
            session.execute(
                text(
                    "UPDATE queue.procrastinate_workers"
                    " SET last_heartbeat = now() - interval '5 minutes' WHERE id = :dead"
                ),
                {"dead": dead},
            )
            session.commit()
            assert (state(session).workers, state(session).under_way) == (1, 2)
        await queue.tend(sessions, now=now)

    use(engine, settings, work)
    with sessions() as session:
        found = state(session)
        ended = session.scalars(
            text("SELECT status::text FROM queue.procrastinate_jobs ORDER BY id")
        ).all()
    assert (found.workers, found.under_way) == (1, 1)
    assert ended == ["failed", "doing"]


@dataclass(frozen=True)
class Lost:
    """A job whose worker was killed: the runs of its source since it was queued, and whether the
    source is due again."""

    schedule: str | None = "daily"
    runs: tuple[tuple[str, str], ...] = ()
    is_due: bool = False


@pytest.mark.parametrize(
    "lost",
    [
        Lost(is_due=True),
        Lost(schedule=None),
        Lost(runs=(("schedule", "running"),)),
        Lost(runs=(("schedule", "failed"),)),
        Lost(runs=(("cli", "succeeded"),)),
        Lost(runs=(("retry", "succeeded"),), is_due=True),
    ],
)
def test_harvest_that_never_began_is_due_once_more(
    engine: Engine, settings: Settings, sessions: SessionFactory, now: datetime, lost: Lost
) -> None:
    later = now + timedelta(days=1)
    with sessions() as session:
        source = make_source(session, schedule=lost.schedule, next_run_at=later)
        make_run(session, source)
        source.fence = 1
        session.commit()

    async def work(queue: Queue) -> None:
        manager = queue.app.job_manager
        await queue.defer(source.id, source.fence)
        assert await manager.fetch_job(["harvest"], await manager.register_worker())
        with sessions() as session:
            for trigger, state in lost.runs:
                make_run(session, source, state, trigger=trigger)
            session.execute(text("DELETE FROM queue.procrastinate_workers"))
            session.commit()
        await asyncio.gather(*(queue.tend(sessions, now=now) for _ in range(2)))
        # Who comes later finds the job closed.
        await queue.tend(sessions, now=later)

    use(engine, settings, work)
    with sessions() as session:
        found = session.get_one(Source, source.id)
        assert found.next_run_at == (now if lost.is_due else later)
        assert state(session).under_way == 0


def test_jobs_that_ended_long_ago_are_removed(
    engine: Engine, settings: Settings, sessions: SessionFactory, now: datetime
) -> None:
    async def work(queue: Queue) -> None:
        for _ in range(2):
            await queue.defer(uuid.uuid4(), 1)
        with sessions() as session:
            session.execute(text("SET LOCAL search_path = queue"))
            session.execute(text("UPDATE procrastinate_jobs SET status = 'succeeded'"))
            session.execute(
                text(
                    "UPDATE procrastinate_events SET at = now() - interval '4 days'"
                    " WHERE job_id = (SELECT min(id) FROM procrastinate_jobs)"
                )
            )
            session.commit()
        await queue.tend(sessions, now=now)

    use(engine, settings, work)
    with sessions() as session:
        left = session.scalar(text("SELECT count(*) FROM queue.procrastinate_jobs"))
    assert left == 1
