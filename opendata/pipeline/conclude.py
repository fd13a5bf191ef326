"""The end of a run that read the whole list: what is no longer there, last of all."""

from __future__ import annotations

from typing import Any

from opendata.pipeline.harvest import Harvest
from opendata.services import absence, run_records, runs
from opendata.services.absence import Losses
from opendata.vocabulary import RecordOutcome


def conclude(harvest: Harvest) -> None:
    """Look for what is gone, when the whole list was read and understood; a loss that is too great
    is only written down, for a person to confirm."""
    tally, tools = harvest.tally, harvest.tools
    if not tally.is_whole:
        return
    limits, now = tools.settings.harvest, tools.clock()
    with tools.sessions() as session:
        run = runs.hold_fence(session, harvest.lease.run_id, fence=harvest.lease.fence)
        found = absence.losses(session, run, seen=tally.seen.keys(), limits=limits, now=now)
        if absence.is_too_much(found, limits):
            tally.reason = "source-shrunk"
            tally.detail = f"{found.unconfirmed} of {found.known} datasets are no longer listed"
        else:
            absence.mark(session, found, now=now, actor=harvest.actor)
        run_records.write(session, run.id, _rows(found))
        session.commit()
    if tally.reason != "source-shrunk":
        tally.counts.update(row["outcome"] for row in _rows(found))


def _rows(found: Losses) -> list[dict[str, Any]]:
    listed = [(lost, RecordOutcome.ABSENT) for lost in found.newly_absent]
    listed += [(lost, RecordOutcome.WITHDRAWN) for lost in found.overdue]
    return [
        {
            "upstream_id": dataset.upstream_id,
            "dataset_id": dataset.id,
            "outcome": outcome.value,
            "problems": [],
            "changes": [],
            "raw": None,
            "lost": [],
        }
        for dataset, outcome in listed
    ]
