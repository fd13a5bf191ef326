"""Before anything is saved: which records of a batch can be taken, which cannot, which repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from opendata.pipeline.harvest import Harvest
from opendata.pipeline.save import SetAside
from opendata.pipeline.state import Tools
from opendata.records import LONGEST_ID, Problem, RejectedRecord, SourceRecord, short_id
from opendata.vocabulary import RecordOutcome

# Who such a record is remains open: a twin that was set aside may be any known dataset.
_NO_IDENTITY = ("missing-id", "not-an-object", "duplicate-id")


@dataclass
class SortedOut:
    """A batch by what is to be done with its records."""

    records: list[SourceRecord] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)
    repeats: list[SourceRecord] = field(default_factory=list)


def sort_out(harvest: Harvest, batch: Sequence[SourceRecord | RejectedRecord]) -> SortedOut:
    """Sort a batch; the first record of an identifier counts, and every record is seen."""
    found = SortedOut()
    for record in batch:
        upstream_id = short_id(record.upstream_id)
        if harvest.only is not None and upstream_id not in harvest.only:
            continue
        known = harvest.tally.seen.get(upstream_id)
        digest = hashlib.sha256(record.raw).digest()
        if known is not None:
            # Pages that shift tell the same record twice: no fault of the source.
            if known != digest and isinstance(record, SourceRecord):
                found.repeats.append(record)
            continue
        harvest.tally.seen[upstream_id] = digest
        _sort_one(harvest, record, found)
    return found


def _sort_one(harvest: Harvest, record: SourceRecord | RejectedRecord, found: SortedOut) -> None:
    if isinstance(record, RejectedRecord):
        is_nameless = any(problem.code in _NO_IDENTITY for problem in record.problems)
        harvest.tally.unidentified += is_nameless
        found.aside.append(SetAside(record, RecordOutcome.REJECTED, record.problems))
    elif problem := excess(record, harvest.tools):
        found.aside.append(SetAside(record, RecordOutcome.REJECTED, (problem,)))
    else:
        found.records.append(record)


def excess(record: SourceRecord, tools: Tools) -> Problem | None:
    """Return what a record has more of than the catalogue takes: files, letters of its id."""
    if len(record.upstream_id) > LONGEST_ID:
        return Problem("long-id", "id", record.upstream_id, rule=f"maximum length: {LONGEST_ID}")
    most = tools.settings.harvest.max_files
    count = len(record.distributions)
    if count > most:
        return Problem("too-many-files", value=str(count), rule=f"maximum: {most}")
    return None
