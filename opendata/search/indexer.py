"""Follow the event log into the search engine, and rebuild or check the index from the database.

Whoever runs it, one at a time: an advisory lock of PostgreSQL sees to that across machines.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opendata import events, faults
from opendata.database import SessionFactory
from opendata.errors import AlreadyRunning
from opendata.models import Event
from opendata.search import word_table
from opendata.search.base import SearchDocument, SearchIndex

log = logging.getLogger(__name__)

READER = "search"
LOCK = int.from_bytes(b"search", "big")

# The documents of those datasets that are publicly visible, by id.
Load = Callable[[Session, Collection[str]], Mapping[str, SearchDocument]]
LoadAll = Callable[[Session], Iterable[SearchDocument]]
AllIds = Callable[[Session], set[str]]


@dataclass(frozen=True)
class Drift:
    """What the index lacks, and what it holds that is not public."""

    missing: frozenset[str]
    extra: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra)


def follow(
    sessions: SessionFactory,
    index: SearchIndex,
    load: Load,
    *,
    limit: int = 1_000,
    fault: faults.Fault = faults.none,
) -> int:
    """Bring every settled event into the index, `limit` at a time; return how many there were.

    Return 0 where another indexer is at work. What fails half-way is done again by the next call:
    an event counts as seen only after the index was written.
    """
    done = 0
    with _alone(sessions) as alone:
        while alone and (count := _follow_some(sessions, index, load, limit, fault)):
            done += count
    return done


def rebuild(sessions: SessionFactory, index: SearchIndex, load_all: LoadAll) -> int:
    """Fill a new index from the database and put it in service; return its count.

    Raises AlreadyRunning where another indexer does not finish within the lock timeout.
    """
    with _alone(sessions, wait=True):
        # Before the reading: what changes meanwhile is followed again, which does no harm.
        with sessions() as session:
            position = events.newest(session)
        words: Counter[str] = Counter()
        with sessions() as session:
            count = index.rebuild(word_table.counted(load_all(session), words))
        with sessions.begin() as session:
            word_table.replace(session, words)
            # From here on, wherever the reader stood before: it may come from another server.
            events.place(session, READER, position)
    log.info("rebuilt the search index with %d datasets", count)
    return count


def check(sessions: SessionFactory, index: SearchIndex, all_ids: AllIds) -> Drift:
    """Compare the index with the database; where events wait, follow them first."""
    with sessions() as session:
        public = all_ids(session)
    indexed = index.ids()
    return Drift(missing=frozenset(public - indexed), extra=frozenset(indexed - public))


def lag(session: Session) -> int:
    """Return how many settled events the index has not seen."""
    return events.lag(session, READER)


def _follow_some(
    sessions: SessionFactory, index: SearchIndex, load: Load, limit: int, fault: faults.Fault
) -> int:
    with sessions() as session:
        seen = events.read(session, READER, limit=limit)
        if not seen:
            return 0
        ids = _dataset_ids(seen)
        documents = load(session, ids) if ids else {}
        _write(index, ids, documents)
        word_table.learn(session, documents.values())
        fault("index-written")
        events.place(session, READER, seen[-1])
        session.commit()
    log.info("indexed %d of %d datasets from %d events", len(documents), len(ids), len(seen))
    return len(seen)


def _write(
    index: SearchIndex, ids: Collection[str], documents: Mapping[str, SearchDocument]
) -> None:
    hidden = [identifier for identifier in ids if identifier not in documents]
    # What may no longer be seen goes first.
    if hidden:
        index.remove(hidden)
    if documents:
        index.put(documents.values())


def _dataset_ids(seen: Iterable[Event]) -> list[str]:
    """Return each dataset once, in the order of its first event."""
    named = (
        event.subject_id if event.subject_kind == "dataset" else event.payload.get("dataset_id")
        for event in seen
    )
    return list(dict.fromkeys(str(identifier) for identifier in named if identifier))


@contextmanager
def _alone(sessions: SessionFactory, *, wait: bool = False) -> Iterator[bool]:
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
