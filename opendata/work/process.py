"""The process of a worker: takes jobs and ticks until it is asked to end, then gives back."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from opendata.pipeline import lease
from opendata.services import due
from opendata.work.job import harvest
from opendata.work.queue import Queue
from opendata.work.tick import tick
from opendata.work.tried import tried
from opendata.work.workplace import Workplace

log = logging.getLogger(__name__)
_EVERY_SECONDS = 60.0
# A run that has used all the grace still has to write that it ended.
_CLOSING_SECONDS = 2.0
_DEFER_SECONDS = 30.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run(place: Workplace, *, every: float = _EVERY_SECONDS) -> None:
    """Work until SIGTERM or SIGINT; a second one ends the process at once.

    The tick is counted in monotonic seconds, so that no clock put right makes it wait or hurry.
    """
    asyncio.run(_work(place, every))


async def _work(place: Workplace, every: float) -> None:
    loop = asyncio.get_running_loop()
    sources = place.tools.settings.worker.sources
    # A thread for each harvest; the others are for the tick and for the end.
    loop.set_default_executor(ThreadPoolExecutor(sources + 2, thread_name_prefix="worker"))
    loop.set_exception_handler(_note_stray)
    asked = asyncio.Event()
    _on_signals(loop, place, asked)
    with place.tools.sessions() as session:
        engine = session.get_bind().engine
    queue = Queue(engine, place.tools.settings.database, partial(harvest, place))
    async with queue.app.open_async():
        log.info("worker %s takes %s sources at a time", os.getpid(), sources)
        taking = asyncio.create_task(queue.work(sources))
        ticking = asyncio.create_task(_tick(place, queue, every, asked))
        ending = asyncio.create_task(asked.wait())
        try:
            done, _ = await asyncio.wait(
                {taking, ticking, ending}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()
        finally:
            place.tools.stop.set()
            asked.set()
            await _end(place, queue, taking, ticking)
    log.info("worker %s has ended", os.getpid())


async def _tick(place: Workplace, queue: Queue, every: float, asked: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def defer(source_id: uuid.UUID, fence: int) -> bool:
        waiting = asyncio.run_coroutine_threadsafe(queue.defer(source_id, fence), loop)
        return waiting.result(_DEFER_SECONDS)

    while not asked.is_set():
        await asyncio.to_thread(tick, place, defer)
        with tried("the queue cannot be tended now"):
            await queue.tend(place.tools.sessions, now=place.tools.clock())
        with suppress(TimeoutError):
            await asyncio.wait_for(asked.wait(), every)


def _on_signals(loop: asyncio.AbstractEventLoop, place: Workplace, asked: asyncio.Event) -> None:
    def end() -> None:
        log.info("worker %s was asked to end", os.getpid())
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        place.tools.stop.set()
        asked.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)


async def _end(
    place: Workplace, queue: Queue, taking: asyncio.Task[None], ticking: asyncio.Task[None]
) -> None:
    """Take nothing new and wait for what is under way; what does not end in time is given back."""
    taking.cancel()
    grace = place.tools.settings.worker.grace_seconds
    _, late = await asyncio.wait({taking, ticking}, timeout=grace + _CLOSING_SECONDS)
    if not late:
        return
    log.warning("not all that was under way ended within the grace; it is given back")
    with tried("what is left could not be given back"):
        await asyncio.to_thread(_give_back, place)
        await queue.abandon()
    logging.shutdown()
    # Nobody can end a thread from outside, and the interpreter would wait for it.
    os._exit(0)


def _give_back(place: Workplace) -> None:
    now, timezone = place.tools.clock(), place.tools.settings.harvest.timezone
    with place.tools.sessions() as session:
        ended = lease.give_back(session, place.tools)
        # Before the sources are locked: who starts a run locks its source first.
        session.commit()
        for run in ended:
            due.after(session, run, now=now, timezone=timezone)
            log.info("run %s is given back", run.id)
        session.commit()


def _note_stray(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say in one line what asyncio would print as a traceback, like a job that others closed."""
    problem = context.get("exception")
    log.warning("%s (%s)", context["message"], type(problem).__name__)
