"""A harvest in a process of its own that is short of something, or crashes."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from opendata import config, database, faults
from tests.instance import Instance

# Imports are done once, in a process without threads that all children are forked from.
_CHILDREN = multiprocessing.get_context("forkserver")
_CHILDREN.set_forkserver_preload(["tests.instance"])


@dataclass(frozen=True)
class Ended:
    """How the child ended: its exit code, and what became of the run if it could still say so."""

    exit_code: int
    state: str = ""
    reason: str = ""
    detail: str = ""
    megabytes: int = 0


def harvest(
    settings: config.Settings,
    *,
    open_files: int | None = None,
    more_memory: int | None = None,
    crash_at: str | None = None,
) -> Ended:
    """Harvest the source `bo` with so many open files, so many bytes more than the process has
    taken, or with a fault in machine code at a named point."""
    ours, theirs = _CHILDREN.Pipe(duplex=False)
    environment = config.to_environment(settings)
    child = _CHILDREN.Process(
        target=_work, args=(environment, open_files, more_memory, crash_at, theirs)
    )
    child.start()
    theirs.close()
    child.join(120)
    assert child.exitcode is not None
    told = ours.recv() if child.exitcode == 0 else ()
    ours.close()
    return Ended(child.exitcode, *told)


def _work(
    environment: dict[str, str],
    open_files: int | None,
    more_memory: int | None,
    crash_at: str | None,
    told: Connection,
) -> None:
    settings = config.load(None, environment)
    fault = _crash_at(crash_at) if crash_at else faults.none
    instance = Instance(settings, database.sessions(database.open_engine(settings)), fault=fault)
    instance.client()  # what is imported late is imported now
    if open_files is not None:
        _limit(resource.RLIMIT_NOFILE, open_files)
    if more_memory is not None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + more_memory)
    run = instance.harvest("bo")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told.send((run.state, run.reason, run.detail, megabytes))


def _crash_at(point: str) -> Callable[[str], None]:
    def crash(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGSEGV)

    return crash


def _limit(what: int, value: int) -> None:
    resource.setrlimit(what, (value, value))
