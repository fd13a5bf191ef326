"""The files of a run through the steps, several side by side; a failing one costs only itself."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import select

from opendata.errors import RunInterrupted
from opendata.models import Resource
from opendata.pipeline import prepare
from opendata.pipeline.file import FileResult, process
from opendata.pipeline.harvest import Harvest
from opendata.records import Problem

# How often a waiting run looks whether it shall end.
_LOOK_SECONDS = 0.5


@dataclass
class FileResults:
    """What became of the files of one record."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    is_changed: bool = False

    def add(self, result: FileResult) -> None:
        """Add what became of one file."""
        self.counts.update(result.counts)
        self.problems += result.problems
        self.is_changed = self.is_changed or result.is_changed


class Files:
    """The workers that fetch and process files, for the length of a run."""

    def __init__(self, harvest: Harvest, workers: ThreadPoolExecutor) -> None:
        self._harvest = harvest
        self._workers = workers

    def process(self, changed: Mapping[uuid.UUID, bool]) -> dict[uuid.UUID, FileResults]:
        """Take the files of datasets through the steps; return what became of them by dataset.

        `changed` says of each dataset whether its metadata changed: then all its files are looked
        at, else those that are due. Raises what ends a run: LeaseLost, RunInterrupted,
        StorageError, an outage of the database.
        """
        results = {dataset_id: FileResults() for dataset_id in changed}
        tasks = {
            self._workers.submit(process, resource, self._harvest): resource
            for resource in self._due(changed, results)
        }
        # In the order of the files, so that a report reads the same every time.
        for task in self._all_done(tasks):
            results[tasks[task].dataset_id].add(task.result())
        return results

    def _due(
        self, changed: Mapping[uuid.UUID, bool], results: Mapping[uuid.UUID, FileResults]
    ) -> list[Resource]:
        due = []
        now = self._harvest.tools.clock()
        for resource in self._listed(list(changed)):
            found = results[resource.dataset_id]
            found.counts["resources"] += 1
            found.problems += prepare.unknown_schema(resource, self._harvest.source)
            waits = resource.next_check_at is not None and resource.next_check_at > now
            if self._harvest.is_scheduled and waits and not changed[resource.dataset_id]:
                found.counts["not_due"] += 1
            else:
                due.append(resource)
        return due

    def _listed(self, datasets: Sequence[uuid.UUID]) -> Sequence[Resource]:
        with self._harvest.tools.sessions() as session:
            return session.scalars(
                select(Resource)
                .where(Resource.dataset_id.in_(datasets), Resource.absent_since.is_(None))
                .order_by(Resource.dataset_id, Resource.position)
            ).all()

    def _all_done(self, tasks: Mapping[Future[FileResult], Resource]) -> list[Future[FileResult]]:
        """Wait for all; when the run shall end, for those under way only, and not for long."""
        waiting = set(tasks)
        try:
            while waiting:
                done, waiting = wait(waiting, _LOOK_SECONDS, FIRST_COMPLETED)
                for task in done:
                    task.result()  # what ends the run ends it now
                self._harvest.check_going_on()
        except RunInterrupted:
            self._let_finish(waiting)
            raise
        return list(tasks)

    def _let_finish(self, waiting: set[Future[FileResult]]) -> None:
        begun = {task for task in waiting if not task.cancel()}
        until = monotonic() + self._harvest.tools.settings.worker.grace_seconds
        while begun and monotonic() < until and not self._harvest.lease.lost.is_set():
            _, begun = wait(begun, _LOOK_SECONDS)


@contextlib.contextmanager
def working(harvest: Harvest) -> Iterator[Files]:
    """Start the workers of a run; at its end none is left, whatever it was doing."""
    count = harvest.tools.settings.harvest.parallel_files
    workers = ThreadPoolExecutor(count, thread_name_prefix=f"files of {harvest.source.name}")
    try:
        yield Files(harvest, workers)
    except BaseException:
        workers.shutdown(wait=False, cancel_futures=True)
        harvest.abort()
        raise
    finally:
        workers.shutdown()
