"""One harvest of one source: discover, take batch after batch, then look for what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic

from opendata.errors import SourceFailure, SourceIncomplete
from opendata.models import Run, Source
from opendata.pipeline.conclude import conclude
from opendata.pipeline.files import working
from opendata.pipeline.harvest import Harvest
from opendata.pipeline.state import Tools
from opendata.pipeline.take import take
from opendata.pipeline.under_lease import OpenHarvester, under_lease
from opendata.records import RejectedRecord, SourceRecord
from opendata.services import runs, store_care
from opendata.transport.addresses import shown

# Told after each batch: what its last record is called, and the counts so far.
Progress = Callable[[str, Counter[str]], None]
_BATCH = 100
_LONGEST_ASKED = 7 * 86_400  # seconds; what a source asks beyond that says nothing


def harvest(
    source: Source,
    open_harvester: OpenHarvester,
    tools: Tools,
    *,
    trigger: str,
    progress: Progress,
    only: frozenset[str] | None = None,
) -> Run:
    """Run one harvest and return its row; raises AlreadyRunning when the source is taken.

    With `only`, records of other upstream ids are passed over, and nothing is concluded from
    silence.
    """

    def work(run: Harvest) -> None:
        _check_store(run)
        _discover(run, progress)
        conclude(run)

    return under_lease(source, open_harvester, tools, work, trigger=trigger, only=only)


def _check_store(run: Harvest) -> None:
    if run.source.files == "copy":
        with run.tools.sessions() as session:
            store_care.require(session, run.tools.store)


def _discover(harvest: Harvest, progress: Progress) -> None:
    """Take batch after batch; the end of the list says whether it was whole."""
    tally = harvest.tally
    try:
        with working(harvest) as files:
            for batch in _batches(_bounded(harvest)):
                take(harvest, batch, files)
                _show_progress(harvest)
                progress(_title(batch[-1]), tally.counts)
    except SourceFailure as err:
        harvest.check_going_on()  # a listing cut short by the end of the run is no fault of its own
        tally.give_up(err.reason, str(err))
        if isinstance(err, SourceIncomplete) and err.announced is not None:
            tally.counts["announced"] = err.announced
        if asked := err.wait or getattr(err.__cause__, "wait", 0):
            tally.counts["retry_after"] = int(min(asked, _LONGEST_ASKED))


def _bounded(harvest: Harvest) -> Iterator[SourceRecord | RejectedRecord]:
    """Give the records of a source, within the limits of one run."""
    limits = harvest.tools.settings.harvest
    where, until = shown(harvest.source.url), monotonic() + limits.max_run_hours * 3600
    for count, record in enumerate(harvest.harvester.discover(), start=1):
        if count > limits.max_records:
            raise SourceIncomplete("too-many", where, "more than [harvest] max_records")
        if monotonic() > until:
            raise SourceIncomplete("too-long", where, "longer than [harvest] max_run_hours")
        harvest.check_going_on()
        yield record
        if harvest.only is not None and harvest.only <= harvest.tally.seen.keys():
            return


def _batches(
    records: Iterator[SourceRecord | RejectedRecord],
) -> Iterator[list[SourceRecord | RejectedRecord]]:
    """Gather records; what came before a failure is given as well, then the failure goes on."""
    batch: list[SourceRecord | RejectedRecord] = []
    try:
        for record in records:
            batch.append(record)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except SourceFailure:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _show_progress(harvest: Harvest) -> None:
    """Let others see how far the run has come."""
    with harvest.tools.sessions() as session:
        run = runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        run.counts = dict(harvest.tally.counts)
        session.commit()


def _title(record: SourceRecord | RejectedRecord) -> str:
    if isinstance(record, RejectedRecord):
        return record.upstream_id
    return next(iter(record.title.values()), record.upstream_id)
