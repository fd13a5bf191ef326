"""A rebuild: what the store holds of a source goes through the steps again, and nobody is asked.

For a better reader or a newer schema. A build that stands as it would be made now is left alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager

from sqlalchemy import exists, select

from opendata.errors import SourceFailure
from opendata.harvester import Transfer, Validators
from opendata.models import Dataset, Resource, Run, Source, Version
from opendata.pipeline.files import FileResults, working
from opendata.pipeline.harvest import Harvest
from opendata.pipeline.opening import Opened
from opendata.pipeline.run import Progress
from opendata.pipeline.save import Taken
from opendata.pipeline.settle import let_move
from opendata.pipeline.state import Tools
from opendata.pipeline.under_lease import under_lease
from opendata.records import Distribution, SourceRecord
from opendata.services import run_records, runs, store_care
from opendata.vocabulary import DatasetState, RecordOutcome

_AT_A_TIME = 50  # datasets


class _Nobody:
    """Stands in the place of a harvester and its client: a rebuild asks no source."""

    announced: int | None = None

    def discover(self) -> Iterator[SourceRecord]:
        """List nothing."""
        return iter(())

    def open(
        self, distribution: Distribution, *, known: Validators | None = None
    ) -> AbstractContextManager[Transfer]:
        """Refuse: the bytes come from the store."""
        raise SourceFailure("storage", distribution.url, "the store holds no original of this file")

    def abort(self) -> None:
        """There is nothing to abort."""


def rebuild(source: Source, tools: Tools, *, progress: Progress) -> Run:
    """Rebuild the files of a source as one run; raises AlreadyRunning when the source is taken."""

    def work(run: Harvest) -> None:
        with tools.sessions() as session:
            store_care.require(session, tools.store)
        _through_all(run, progress)

    nobody = _Nobody()
    return under_lease(
        source,
        lambda _: Opened(nobody, nobody),
        tools,
        work,
        trigger="rebuild",
    )


def _through_all(run: Harvest, progress: Progress) -> None:
    with working(run) as files:
        for chunk in _datasets(run):
            for results in files.process(dict.fromkeys(chunk, True)):
                _write(run, chunk, results)
            progress(next(reversed(chunk.values())), run.tally.counts)


def _datasets(run: Harvest) -> Iterator[dict[uuid.UUID, str]]:
    """Give the datasets that have versions: their ids and what the source calls them."""
    with run.tools.sessions() as session:
        has_versions = exists().where(
            Resource.dataset_id == Dataset.id, Version.resource_id == Resource.id
        )
        found = session.execute(
            select(Dataset.id, Dataset.upstream_id)
            .where(Dataset.source_id == run.source.id, has_versions)
            .where(Dataset.state != DatasetState.WITHDRAWN.value)
            .order_by(Dataset.upstream_id)
        ).all()
    for start in range(0, len(found), _AT_A_TIME):
        run.check_going_on()
        yield {row.id: row.upstream_id for row in found[start : start + _AT_A_TIME]}


def _write(
    run: Harvest, names: dict[uuid.UUID, str], results: dict[uuid.UUID, FileResults]
) -> None:
    """Let what waited for a table become public, and write what became of each dataset."""
    with run.tools.sessions() as session:
        runs.hold_fence(session, run.lease.run_id, fence=run.lease.fence)
        moved = let_move(session, run, results)
        rows = []
        for dataset_id, found in results.items():
            is_changed = found.is_changed or dataset_id in moved
            outcome = RecordOutcome.UPDATED if is_changed else RecordOutcome.UNCHANGED
            taken = Taken(names[dataset_id], dataset_id)
            rows.append(taken.row(outcome, found.problems))
            run.tally.counts[outcome.value] += 1
            run.tally.counts.update(found.counts)
        run_records.write(session, run.lease.run_id, rows)
        session.commit()
