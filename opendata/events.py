"""The one event log: append in the transaction of the change, read behind the open transactions.

Identity order is not commit order: a transaction that took id 7 may commit after the one that took
id 8. So readers order by (transaction number, id) and stop below the oldest transaction still
running; what commits late has a number at or above that bound and is read next time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from opendata.models import Event, EventCursor

_SETTLED = text("event.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def append(
    session: Session, *, actor: str, kind: str, subject: tuple[str, object], **payload: Any
) -> None:
    """Write one event into the caller's transaction; `subject` is (kind, id)."""
    session.add(
        Event(
            actor=actor,
            kind=kind,
            subject_kind=subject[0],
            subject_id=str(subject[1]),
            payload=payload,
        )
    )


def read(session: Session, reader: str, *, limit: int = 1_000) -> Sequence[Event]:
    """Return the next events that `reader` has not seen, oldest first; moves nothing."""
    cursor = session.get(EventCursor, reader)
    after = (cursor.xid, cursor.event_id) if cursor else (0, 0)
    return session.scalars(
        select(Event)
        .where(_SETTLED, tuple_(Event.xid, Event.id) > after)
        .order_by(Event.xid, Event.id)
        .limit(limit)
    ).all()


def read_kinds(session: Session, reader: str, kinds: Collection[str]) -> Sequence[Event]:
    """Return all events of some kinds that `reader` has not seen, oldest first."""
    cursor = session.get(EventCursor, reader)
    after = (cursor.xid, cursor.event_id) if cursor else (0, 0)
    return session.scalars(
        select(Event)
        .where(_SETTLED, tuple_(Event.xid, Event.id) > after, Event.kind.in_(kinds))
        .order_by(Event.xid, Event.id)
    ).all()


def ahead(session: Session, reader: str) -> Sequence[Event]:
    """Return all events that `reader` has not seen, those of open transactions left out."""
    cursor = session.get(EventCursor, reader)
    after = (cursor.xid, cursor.event_id) if cursor else (0, 0)
    return session.scalars(select(Event).where(tuple_(Event.xid, Event.id) > after)).all()


def place(session: Session, reader: str, last: Event | None) -> None:
    """Put `reader` behind `last`, or at the beginning of the log."""
    values = {"xid": last.xid if last else 0, "event_id": last.id if last else 0}
    session.execute(
        insert(EventCursor)
        .values(name=reader, **values)
        .on_conflict_do_update(index_elements=[EventCursor.name], set_=values)
    )


def newest(session: Session) -> Event | None:
    """Return the last settled event: the place in the log of a reader that now reads the state."""
    return session.scalars(
        select(Event).where(_SETTLED).order_by(Event.xid.desc(), Event.id.desc()).limit(1)
    ).first()


def lag(session: Session, reader: str) -> int:
    """Return how many settled events `reader` has not seen."""
    cursor = session.get(EventCursor, reader)
    after = (cursor.xid, cursor.event_id) if cursor else (0, 0)
    waiting = select(func.count()).where(_SETTLED, tuple_(Event.xid, Event.id) > after)
    return session.scalar(waiting) or 0
