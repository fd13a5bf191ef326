"""The files of a run through the steps, several side by side; a failing one costs only itself."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import exists, select

from opendata.errors import RunInterrupted
from opendata.models import Resource, Version
from opendata.pipeline import prepare
from opendata.pipeline.file import FileResult, process
from opendata.pipeline.harvest import Harvest
from opendata.records import Problem

# How often a waiting run looks whether it shall end.
_LOOK_SECONDS = 0.5
# Datasets that are done within so long are settled together.
_TOGETHER_SECONDS = 1.0


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

    def process(self, changed: Mapping[uuid.UUID, bool]) -> Iterator[dict[uuid.UUID, FileResults]]:
        """Take the files of datasets through the steps; give what became of them, some datasets at
        a time, as soon as all files of one are done.

        `changed` says of each dataset whether its metadata changed: then all its files are looked
        at, else those that are due. Raises what ends a run: LeaseLost, RunInterrupted,
        StorageError, an outage of the database.
        """
        results = {dataset_id: FileResults() for dataset_id in changed}
        tasks: dict[uuid.UUID, list[Future[FileResult]]] = {name: [] for name in changed}
        for resource in self._due(changed, results):
            task = self._workers.submit(process, resource, self._harvest)
            tasks[resource.dataset_id].append(task)
        for done in self._finished(tasks):
            for dataset_id in done:
                # In the order of the files, so that a report reads the same every time.
                for task in tasks.pop(dataset_id):
                    results[dataset_id].add(task.result())
            yield {dataset_id: results.pop(dataset_id) for dataset_id in done}

    def _due(
        self, changed: Mapping[uuid.UUID, bool], results: Mapping[uuid.UUID, FileResults]
    ) -> list[Resource]:
        due = []
        now = self._harvest.tools.clock()
        for resource in self._listed(list(changed)):
            found = results[resource.dataset_id]
            found.counts["resources"] += 1
            found.problems += prepare.unknown_schema(resource, self._harvest.source)
            if (
                self._harvest.is_scheduled
                and self._waits(resource, now)
                and not changed[resource.dataset_id]
            ):
                found.counts["not_due"] += 1
            else:
                due.append(resource)
        return due

    def _waits(self, resource: Resource, now: datetime) -> bool:
        """A date farther off than any is set was set by a clock that was wrong: then it is due."""
        longest = timedelta(days=self._harvest.tools.settings.harvest.longest_recheck_days)
        return resource.next_check_at is not None and (
            now < resource.next_check_at <= now + longest
        )

    def _listed(self, datasets: Sequence[uuid.UUID]) -> Sequence[Resource]:
        with self._harvest.tools.sessions() as session:
            listed = (
                select(Resource)
                .where(Resource.dataset_id.in_(datasets), Resource.absent_since.is_(None))
                .order_by(Resource.dataset_id, Resource.position)
            )
            if self._harvest.is_rebuild:
                listed = listed.where(exists().where(Version.resource_id == Resource.id))
            return session.scalars(listed).all()

    def _finished(
        self, tasks: Mapping[uuid.UUID, list[Future[FileResult]]]
    ) -> Iterator[list[uuid.UUID]]:
        """Give the datasets whose files are all done, not more often than every second or so.

        When the run shall end, those under way are waited for, and not for long.
        """
        waiting = {task for some in tasks.values() for task in some}
        try:
            while waiting:
                until = monotonic() + _TOGETHER_SECONDS
                while waiting and monotonic() < until:
                    done, waiting = wait(waiting, _LOOK_SECONDS, FIRST_COMPLETED)
                    for task in done:
                        task.result()  # what ends the run ends it now
                    self._harvest.check_going_on()
                if waiting and (ready := _ready(tasks)):
                    yield ready
        except RunInterrupted:
            self._let_finish(waiting)
            raise
        if tasks:
            yield list(tasks)

    def _let_finish(self, waiting: set[Future[FileResult]]) -> None:
        begun = {task for task in waiting if not task.cancel()}
        until = monotonic() + self._harvest.tools.settings.worker.grace_seconds
        while begun and monotonic() < until and not self._harvest.lease.lost.is_set():
            _, begun = wait(begun, _LOOK_SECONDS)


def _ready(tasks: Mapping[uuid.UUID, list[Future[FileResult]]]) -> list[uuid.UUID]:
    return [name for name, some in tasks.items() if all(task.done() for task in some)]


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
