"""What a harvest would do to the metadata: every record is compared, nothing is written."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from opendata.database import is_outage
from opendata.errors import InvalidDocument, OpendataError, SourceFailure
from opendata.models import Source
from opendata.pipeline.harvest import Tally
from opendata.pipeline.sort_out import excess
from opendata.pipeline.state import Tools
from opendata.pipeline.under_lease import OpenHarvester
from opendata.records import RejectedRecord, SourceRecord, short_id
from opendata.services import datasets
from opendata.vocabulary import RecordOutcome


def preview(source: Source, open_harvester: OpenHarvester, tools: Tools) -> Tally:
    """List what a harvest would do, and change nothing."""
    tally = Tally()
    try:
        for record in open_harvester(source).harvester.discover():
            upstream_id = short_id(record.upstream_id)
            if upstream_id in tally.seen:
                continue
            tally.seen[upstream_id] = b""
            tally.counts[_foresee(source, record, tools).value] += 1
    except OpendataError as err:
        tally.give_up(err.reason if isinstance(err, SourceFailure) else err.code, str(err))
    return tally


def _foresee(source: Source, record: SourceRecord | RejectedRecord, tools: Tools) -> RecordOutcome:
    if isinstance(record, RejectedRecord) or excess(record, tools):
        return RecordOutcome.REJECTED
    with tools.sessions() as session:
        try:
            saved = datasets.save(session, source, record, now=tools.clock(), actor="preview")
            session.flush()
        except InvalidDocument:
            return RecordOutcome.REJECTED
        except DBAPIError as err:
            if is_outage(err):
                raise
            return RecordOutcome.FAILED
        finally:
            session.rollback()
    if saved.created:
        return RecordOutcome.CREATED
    return RecordOutcome.UPDATED if saved.changed else RecordOutcome.UNCHANGED
