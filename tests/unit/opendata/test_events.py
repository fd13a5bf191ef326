"""The event log: nothing is read ahead of an open transaction, nothing can be changed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from opendata import events
from opendata.database import SessionFactory
from opendata.models import Event

READER = "test"


def write(sessions: SessionFactory, kind: str) -> None:
    with sessions() as session:
        events.append(session, actor="test", kind=kind, subject=("dataset", "1"))
        session.commit()


def read_all(sessions: SessionFactory) -> list[str]:
    """Read and advance, as the indexer does."""
    with sessions() as session:
        found = events.read(session, READER)
        if found:
            events.place(session, READER, found[-1])
        session.commit()
        return [event.kind for event in found]


def test_events_come_in_order_and_once(sessions: SessionFactory) -> None:
    write(sessions, "one")
    write(sessions, "two")
    assert read_all(sessions) == ["one", "two"]
    assert read_all(sessions) == []


def test_late_commit_with_a_smaller_number_is_not_skipped(sessions: SessionFactory) -> None:
    with sessions() as slow:
        events.append(slow, actor="test", kind="slow", subject=("dataset", "1"))
        slow.flush()
        write(sessions, "fast")
        assert read_all(sessions) == []
        slow.commit()
    assert sorted(read_all(sessions)) == ["fast", "slow"]


def test_transaction_older_than_its_event_does_not_lose_it(sessions: SessionFactory) -> None:
    with sessions() as first, sessions() as second:
        events.append(first, actor="test", kind="a", subject=("dataset", "1"))
        first.flush()
        events.append(second, actor="test", kind="b", subject=("dataset", "1"))
        second.flush()
        events.append(first, actor="test", kind="c", subject=("dataset", "1"))
        first.commit()
        assert read_all(sessions) == ["a", "c"]
        second.commit()
    assert read_all(sessions) == ["b"]


def test_rolled_back_change_leaves_no_event(sessions: SessionFactory) -> None:
    with sessions() as session:
        events.append(session, actor="test", kind="never", subject=("dataset", "1"))
        session.rollback()
    assert read_all(sessions) == []


def test_lag_counts_what_was_not_read(sessions: SessionFactory) -> None:
    write(sessions, "one")
    with sessions() as session:
        assert events.lag(session, READER) == 1
    read_all(sessions)
    with sessions() as session:
        assert events.lag(session, READER) == 0


def test_newest_is_the_place_of_a_reader_that_reads_the_state(sessions: SessionFactory) -> None:
    write(sessions, "old")
    with sessions() as session:
        newest = events.newest(session)
        assert newest is not None
        events.place(session, READER, newest)
        session.commit()
    write(sessions, "new")
    assert read_all(sessions) == ["new"]


def test_event_cannot_be_changed(sessions: SessionFactory) -> None:
    write(sessions, "one")
    with sessions() as session, pytest.raises(DBAPIError, match="history is never changed"):
        session.execute(update(Event).values(kind="other"))


def test_event_cannot_be_deleted(sessions: SessionFactory) -> None:
    write(sessions, "one")
    with sessions() as session, pytest.raises(DBAPIError, match="history is never changed"):
        session.execute(delete(Event))
