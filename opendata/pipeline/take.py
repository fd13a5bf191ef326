"""The records of a run, a batch at a time: save their metadata, take their files, settle them.

A batch is saved in one transaction. When the database refuses it, its records are saved one by
one: what cannot be taken costs that record and no other.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DBAPIError

from opendata.database import is_outage, is_passing
from opendata.pipeline.files import FileResults, Files
from opendata.pipeline.harvest import Harvest
from opendata.pipeline.save import SetAside, Taken, save
from opendata.pipeline.settle import settle
from opendata.pipeline.sort_out import sort_out
from opendata.records import Problem, RejectedRecord, SourceRecord, short_id
from opendata.services import run_records, runs
from opendata.vocabulary import RecordOutcome

log = logging.getLogger(__name__)
# How often a record is saved that other runs get in the way of.
_TRIES = 10
_TRIES_IN_THE_WAY = 3  # of them for locks that others hold
_TRIES_IN_A_CROWD = 8  # the last of them, with an address that nobody else can want


def take(harvest: Harvest, batch: Sequence[SourceRecord | RejectedRecord], files: Files) -> None:
    """Take a batch of records; what one cannot be is noted with the run, and the run goes on."""
    sorted_out = sort_out(harvest, batch)
    aside = list(sorted_out.aside)
    taken = _save(harvest, sorted_out.records, aside)
    harvest.tools.fault("record-saved")
    _set_aside(harvest, aside)
    if harvest.source.files == "copy":
        by_id = {item.dataset_id: item for item in taken}
        wanted = {item.dataset_id: item.changed for item in taken if not item.is_withdrawn}
        for results in files.process(wanted):
            _settle(harvest, [by_id[dataset_id] for dataset_id in results], results)
        _settle(harvest, [item for item in taken if item.is_withdrawn], {})
    _note_repeats(harvest, sorted_out.repeats)
    harvest.tools.fault("dataset-settled")


def _save(
    harvest: Harvest,
    records: Sequence[SourceRecord],
    aside: list[SetAside],
    *,
    tries: int = _TRIES,
) -> Sequence[Taken]:
    if not records:
        return []
    try:
        return _save_together(harvest, records, aside, is_crowded=tries <= _TRIES_IN_A_CROWD)
    except DBAPIError as err:
        if is_passing(err) and tries > _TRIES - _TRIES_IN_THE_WAY:
            return _save(harvest, records, aside, tries=tries - 1)
        if is_outage(err):
            raise
        if len(records) > 1:
            return [item for record in records for item in _save(harvest, [record], aside)]
        if isinstance(err.orig, UniqueViolation) and tries > 1:
            # Another run has just made the same publisher or address: now they can be seen.
            return _save(harvest, records, aside, tries=tries - 1)
        # The database refuses this record; the others need not suffer for it.
        (record,) = records
        log.warning("record %s of %s was refused", record.upstream_id, harvest.source.name)
        problem = Problem("refused", value=type(err.orig).__name__)
        aside.append(SetAside(record, RecordOutcome.FAILED, (problem,)))
        return []


def _save_together(
    harvest: Harvest, records: Sequence[SourceRecord], aside: list[SetAside], *, is_crowded: bool
) -> Sequence[Taken]:
    """Save records in one transaction; those without files to fetch are settled in it, too."""
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        saved = save(session, harvest, records, is_crowded=is_crowded)
        if harvest.source.files == "link":
            counts = settle(session, harvest, saved.taken, {})
        else:
            # In the transaction of the change: the document behind it must not be lost.
            news = [item.row(item.outcome) for item in saved.taken if item.changed]
            run_records.write(session, harvest.lease.run_id, news)
            counts = Counter()
        session.commit()
    harvest.tally.counts.update(counts)
    aside += saved.aside
    return saved.taken


def _settle(
    harvest: Harvest, taken: Sequence[Taken], results: Mapping[uuid.UUID, FileResults]
) -> None:
    """Make new datasets public now that all their files were tried, and write the records."""
    if not taken:
        return
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        counts = settle(session, harvest, taken, results)
        session.commit()
    harvest.tally.counts.update(counts)
    for result in results.values():
        harvest.tally.counts.update(result.counts)


def _set_aside(harvest: Harvest, aside: Sequence[SetAside]) -> None:
    """Write which records could not be taken, and why."""
    if not aside:
        return
    with harvest.tools.sessions() as session:
        runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        run_records.write(session, harvest.lease.run_id, [item.row() for item in aside])
        session.commit()
    harvest.tally.counts.update(item.outcome.value for item in aside)


def _note_repeats(harvest: Harvest, repeats: Sequence[SourceRecord]) -> None:
    """Report with the record that counts that its identifier came again with another content."""
    if not repeats:
        return
    with harvest.tools.sessions() as session:
        run = runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        for record in repeats:
            title = next(iter(record.title.values()), "")
            problem = Problem("duplicate-id", field="id", value=title[:500])
            run_records.add_problem(session, run.id, short_id(record.upstream_id), problem)
        session.commit()
    harvest.tally.counts["duplicates"] += len(repeats)
