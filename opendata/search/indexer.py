"""Follow the event log into the search engine, and rebuild the index from the database.

Whoever runs it, one at a time: an advisory lock of PostgreSQL sees to that across machines.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opendata import events, faults
from opendata.database import SessionFactory
from opendata.errors import AlreadyRunning
from opendata.models import Event
from opendata.search import refusals, word_table
from opendata.search.base import SearchDocument, SearchIndex

log = logging.getLogger(__name__)

READER = "search"
LOCK = int.from_bytes(b"search", "big")


@dataclass(frozen=True)
class Loaded:
    """What the database says of some datasets: the search documents of those that are public, and
    the versions of others, which must not be found."""

    documents: Mapping[str, SearchDocument]
    hidden: Mapping[str, int] = field(default_factory=dict)


Load = Callable[[Session, Collection[str]], Loaded]
LoadAll = Callable[[Session], Iterable[SearchDocument]]


def follow(
    sessions: SessionFactory,
    index: SearchIndex,
    load: Load,
    *,
    reader: str = READER,
    limit: int = 1_000,
    fault: faults.Fault = faults.none,
) -> int:
    """Bring every settled event into the index, `limit` at a time; return how many there were.

    Return 0 where another indexer is at work. What fails half-way is done again by the next call:
    an event counts as seen only after the index was written.
    """
    done = 0
    with alone(sessions) as is_alone:
        while is_alone and (count := _follow_some(sessions, index, load, reader, limit, fault)):
            done += count
    return done


def rebuild(
    sessions: SessionFactory, index: SearchIndex, load_all: LoadAll, *, reader: str = READER
) -> int:
    """Fill a new index from the database and put it in service; return its count.

    Raises AlreadyRunning where another indexer does not finish within the lock timeout.
    """
    with alone(sessions, wait=True):
        # Before the reading: what changes meanwhile is followed again, which does no harm.
        with sessions() as session:
            position = events.newest(session)
        words: Counter[str] = Counter()
        with sessions() as session:
            written = index.rebuild(word_table.counted(load_all(session), words))
        with sessions.begin() as session:
            word_table.replace(session, words)
            # From here on, wherever the reader stood before: it may come from another server.
            events.place(session, reader, position)
            refusals.note(session, reader, written.refused)
    log.info("rebuilt the search index with %d datasets", written.count)
    return written.count


def lag(session: Session, reader: str = READER) -> int:
    """Return how many settled events the index has not seen."""
    return events.lag(session, reader)


def _follow_some(
    sessions: SessionFactory,
    index: SearchIndex,
    load: Load,
    reader: str,
    limit: int,
    fault: faults.Fault,
) -> int:
    with sessions() as session:
        seen = events.read(session, reader, limit=limit)
        if not seen:
            return 0
        ids = dataset_ids(seen)
        public = write(session, index, load, ids, reader=reader)
        fault("index-written")
        events.place(session, reader, seen[-1])
        session.commit()
    log.info("indexed %d of %d datasets from %d events", public, len(ids), len(seen))
    return len(seen)


def write(
    session: Session, index: SearchIndex, load: Load, ids: Collection[str], *, reader: str
) -> int:
    """Write datasets as the database now has them; return how many are public.

    Documents that the index refuses are set aside and hold up no other.
    """
    loaded = load(session, ids) if ids else Loaded({})
    # What may no longer be seen goes first.
    if hidden := [identifier for identifier in ids if identifier not in loaded.documents]:
        index.remove(hidden, loaded.hidden)
    refused = index.put(loaded.documents.values()).refused if loaded.documents else {}
    refusals.note(session, reader, refused, of=ids)
    word_table.learn(session, loaded.documents.values())
    return len(loaded.documents)


def dataset_ids(seen: Iterable[Event]) -> list[str]:
    """Return each dataset once, in the order of its first event."""
    named = (
        event.subject_id if event.subject_kind == "dataset" else event.payload.get("dataset_id")
        for event in seen
    )
    return list(dict.fromkeys(str(identifier) for identifier in named if identifier))


@contextmanager
def alone(sessions: SessionFactory, *, wait: bool = False) -> Iterator[bool]:
    """Hold the indexer's lock on a connection of its own; yields False where it is taken."""
    with sessions() as guard:
        # Without a transaction: the lock belongs to the connection and ends with it.
        connection = guard.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        taken = _wait_for_lock(connection) if wait else _try_lock(connection)
        try:
            yield taken
        finally:
            if taken:
                connection.execute(select(func.pg_advisory_unlock(LOCK)))


def _try_lock(connection: Connection) -> bool:
    return bool(connection.scalar(select(func.pg_try_advisory_lock(LOCK))))


def _wait_for_lock(connection: Connection) -> bool:
    try:
        connection.execute(select(func.pg_advisory_lock(LOCK)))
    except OperationalError as err:
        raise AlreadyRunning(
            "Another process is writing the search index; wait until it has finished and try again."
        ) from err
    return True
