"""Bring notices to their receivers: each follows the event log with a cursor of its own.

At least once: a cursor moves only after the receiver took the notice. A receiver that fails is
logged and asked again by the next call, and keeps neither the harvest nor the other receiver.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from opendata import config, events
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.errors import OpendataError
from opendata.models import Event, EventCursor
from opendata.notices import mail, notice, webhook
from opendata.notices.failure import NotDelivered
from opendata.notices.notice import Notice
from opendata.services.run_states import CHANGES

log = logging.getLogger(__name__)

LOCK = int.from_bytes(b"notices", "big")
_OLDEST = timedelta(days=7)
_SECONDS = 8.0  # for one notice, whatever the receiver does
_SECONDS_PER_CALL = 20.0  # what is left is sent by the next call

Send = Callable[[Notice, config.Notices], None]


@dataclass(frozen=True)
class _Receiver:
    name: str  # of its cursor
    send: Send
    is_wanted: bool


def deliver(sessions: SessionFactory, settings: Settings) -> int:
    """Send every notice that waits; return how many were taken. Raises nothing a harvest could
    suffer from: what fails is logged."""
    wanted = settings.notices
    receivers = (
        _Receiver("notices-mail", mail.send, bool(wanted.smtp_host and wanted.mail_to)),
        _Receiver("notices-webhook", webhook.send, bool(wanted.webhook)),
    )
    try:
        with _alone(sessions) as alone:
            return sum(_serve(sessions, settings, r) for r in receivers) if alone else 0
    except DBAPIError as err:
        log.warning("notices wait: the database did not serve (%s)", type(err.orig).__name__)
        return 0


@contextmanager
def _alone(sessions: SessionFactory) -> Iterator[bool]:
    """Hold the lock of notices on a connection of its own; yields False where it is taken."""
    with sessions() as guard:
        connection = guard.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        taken = bool(connection.scalar(select(func.pg_try_advisory_lock(LOCK))))
        try:
            yield taken
        finally:
            if taken:
                connection.execute(select(func.pg_advisory_unlock(LOCK)))


def _serve(sessions: SessionFactory, settings: Settings, receiver: _Receiver) -> int:
    with sessions() as session:
        end = events.newest(session)
        waiting = _waiting(session, receiver.name) if receiver.is_wanted else []
    end_of_call = time.monotonic() + _SECONDS_PER_CALL
    for done, event in enumerate(waiting):
        told = notice.of_event(event, site=settings.site.url)
        if time.monotonic() > end_of_call or not _is_taken(receiver, told, settings.notices):
            return done
        _place(sessions, receiver.name, event)
    if end is not None and (not waiting or _order(end) > _order(waiting[-1])):
        _place(sessions, receiver.name, end)
    return len(waiting)


def _waiting(session: Session, reader: str) -> Sequence[Event]:
    """Return the changes of state that a receiver has not been told of, oldest first.

    A receiver without a cursor is new: it is told how each source is now, not its history.
    """
    recent = datetime.now(UTC) - _OLDEST
    found = [event for event in events.read_kinds(session, reader, CHANGES) if event.at >= recent]
    if session.get(EventCursor, reader) is None:
        found = list({event.subject_id: event for event in found}.values())
    return sorted(found, key=_order)


def _order(event: Event) -> tuple[int, int]:
    return event.xid, event.id


def _place(sessions: SessionFactory, reader: str, event: Event) -> None:
    with sessions.begin() as session:
        events.place(session, reader, event)


def _is_taken(receiver: _Receiver, told: Notice, wanted: config.Notices) -> bool:
    """Send in a thread, so that no receiver can hold us longer than the time it has."""
    failures: list[OpendataError] = []
    taken = threading.Event()

    def work() -> None:
        try:
            receiver.send(told, wanted)
        except OpendataError as err:
            failures.append(err)
        else:
            taken.set()

    thread = threading.Thread(target=work, name=receiver.name, daemon=True)
    thread.start()
    thread.join(_SECONDS)
    if not taken.is_set():
        failure = failures[0] if failures else NotDelivered("took too long")
        log.warning("%s was not delivered (%s); tried again later", receiver.name, failure)
    return taken.is_set()
