"""The job of a worker: harvest one source, then say when it is due again."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from opendata.errors import AlreadyRunning, LeaseLost
from opendata.models import Run, Source
from opendata.pipeline import run as pipeline_run
from opendata.services import due
from opendata.vocabulary import RunState
from opendata.work.tried import tried
from opendata.work.workplace import Workplace

log = logging.getLogger(__name__)
_SOON = timedelta(minutes=15)


def harvest(place: Workplace, source_id: uuid.UUID) -> None:
    """Harvest a source; ends quietly when it is gone, disabled, or harvested elsewhere."""
    with place.tools.sessions() as session:
        source = session.get(Source, source_id)
    if source is None or not source.enabled:
        log.info("source %s was removed or disabled; it is not harvested", source_id)
        return
    if place.tools.stop.is_set():
        # Taken from the queue in the very moment of the end.
        _give_back(place, source)
        return
    log.info("harvest of %s begins", source.name)
    try:
        run = pipeline_run.harvest(
            source,
            place.open_harvester,
            place.tools,
            trigger="schedule",
            progress=lambda title, counts: None,
        )
    except AlreadyRunning:
        log.info("source %s is being harvested already; it is looked at again", source.name)
        _try_again_soon(place, source)
    except LeaseLost as err:
        log.warning("source %s is harvested elsewhere now: %s", source.name, err)
    except SQLAlchemyError as err:
        # The run is found to be lost, and the source due, by the next tick that has a database.
        log.warning("harvest of %s was cut off: %s", source.name, type(err).__name__)
        _try_again_soon(place, source)
    else:
        _conclude(place, source, run)


def _try_again_soon(place: Workplace, source: Source) -> None:
    """There may be no run that would make the source due again."""
    with tried(f"source {source.name} is not due again"), place.tools.sessions() as session:
        row = session.get(Source, source.id, with_for_update={"key_share": True})
        soon = place.tools.clock() + _SOON
        if row is not None and (row.next_run_at is None or row.next_run_at > soon):
            row.next_run_at = soon
        session.commit()


def _give_back(place: Workplace, source: Source) -> None:
    with place.tools.sessions() as session:
        session.get_one(Source, source.id).next_run_at = place.tools.clock()
        session.commit()
    log.info("source %s is given back before its harvest began", source.name)


def _conclude(place: Workplace, source: Source, run: Run) -> None:
    settings = place.tools.settings.harvest
    with tried(f"after the harvest of {source.name}"):
        with place.tools.sessions() as session:
            now = place.tools.clock()
            waiting = due.after(session, run, now=now, timezone=settings.timezone)
            session.commit()
        if waiting and run.state in (RunState.FAILED, RunState.CANCELLED):
            log.info("source %s is due again at %s", source.name, waiting.next_run_at)
        place.follow_index()
