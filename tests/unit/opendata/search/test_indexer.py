"""The indexer sees every event once it is settled, and writes the index before it says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from opendata import events
from opendata.database import SessionFactory
from opendata.errors import AlreadyRunning
from opendata.models import EventCursor
from opendata.search import indexer
from opendata.search.base import Query, SearchDocument
from opendata.search.indexer import Loaded
from opendata.search.tantivy_index import TantivyIndex


class Catalogue:
    """The public datasets, and which ids were asked for."""

    def __init__(self, *public: str) -> None:
        self.public = set(public)
        self.asked: list[list[str]] = []

    def load(self, session: Session, ids: Collection[str]) -> Loaded:
        self.asked.append(list(ids))
        return Loaded({i: {"id": i, "title": f"Tập dữ liệu {i}"} for i in ids if i in self.public})

    def load_all(self, session: Session) -> Iterable[SearchDocument]:
        return self.load(session, sorted(self.public)).documents.values()


@pytest.fixture
def index(tmp_path: Path) -> TantivyIndex:
    return TantivyIndex(tmp_path / "search")


def announce(session: Session, identifier: str, **payload: Any) -> None:
    events.append(session, actor="test", kind="changed", subject=("dataset", identifier), **payload)


def commit_events(sessions: SessionFactory, *ids: str) -> None:
    for identifier in ids:
        with sessions.begin() as session:
            announce(session, identifier)


def test_public_datasets_are_put_and_others_removed(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    index.put([{"id": "gone", "title": "Cũ"}])
    commit_events(sessions, "a", "gone", "b")
    assert indexer.follow(sessions, index, Catalogue("a", "b").load) == 3
    assert index.ids() == {"a", "b"}


def test_event_of_another_subject_names_its_dataset_in_the_payload(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    with sessions.begin() as session:
        events.append(session, actor="t", kind="k", subject=("resource", "r1"), dataset_id="a")
        events.append(session, actor="t", kind="k", subject=("source", "s1"))
    catalogue = Catalogue("a")
    assert indexer.follow(sessions, index, catalogue.load) == 2
    assert catalogue.asked == [["a"]]


def test_followed_events_are_not_read_again(sessions: SessionFactory, index: TantivyIndex) -> None:
    commit_events(sessions, "a")
    indexer.follow(sessions, index, Catalogue("a").load)
    assert indexer.follow(sessions, index, Catalogue("a").load) == 0


def test_log_is_followed_in_batches_to_its_end(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    commit_events(sessions, *"abcde")
    catalogue = Catalogue(*"abcde")
    assert indexer.follow(sessions, index, catalogue.load, limit=2) == 5
    assert catalogue.asked == [["a", "b"], ["c", "d"], ["e"]]


def test_dataset_with_many_events_is_loaded_once(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    commit_events(sessions, "a", "b", "a", "a")
    catalogue = Catalogue("a", "b")
    indexer.follow(sessions, index, catalogue.load)
    assert catalogue.asked == [["a", "b"]]


def test_event_committed_late_with_a_smaller_id_is_not_skipped(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    catalogue = Catalogue("early", "late")
    with sessions() as slow:
        announce(slow, "late")
        slow.flush()  # the number is taken, the transaction stays open
        commit_events(sessions, "early")
        indexer.follow(sessions, index, catalogue.load)
        assert "late" not in index.ids()
        slow.commit()
    indexer.follow(sessions, index, catalogue.load)
    assert index.ids() == {"early", "late"}


def test_open_transaction_of_a_reader_does_not_hold_the_indexer(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    commit_events(sessions, "a")
    with sessions() as reader:
        reader.execute(select(func.count()).select_from(EventCursor))
        assert indexer.follow(sessions, index, Catalogue("a").load) == 1


def test_second_indexer_leaves_the_work_to_the_first(
    engine: Engine, sessions: SessionFactory, index: TantivyIndex
) -> None:
    commit_events(sessions, "a")
    with engine.connect() as other:
        other.execute(select(func.pg_advisory_lock(indexer.LOCK)))
        assert indexer.follow(sessions, index, Catalogue("a").load) == 0
        other.execute(select(func.pg_advisory_unlock(indexer.LOCK)))
    assert indexer.follow(sessions, index, Catalogue("a").load) == 1


def test_lock_is_free_after_a_failure(sessions: SessionFactory, index: TantivyIndex) -> None:
    commit_events(sessions, "a")

    def fail(name: str) -> None:
        raise RuntimeError(name)

    with pytest.raises(RuntimeError, match="index-written"):
        indexer.follow(sessions, index, Catalogue("a").load, fault=fail)
    with sessions() as session:
        assert indexer.lag(session) == 1
    assert indexer.follow(sessions, index, Catalogue("a").load) == 1
    assert index.search(Query()).total == 1


def test_rebuild_fills_the_index_and_skips_what_it_has_read(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    index.put([{"id": "gone", "title": "Cũ"}])
    commit_events(sessions, "a", "b")
    assert indexer.rebuild(sessions, index, Catalogue("a", "b").load_all) == 2
    assert index.ids() == {"a", "b"}
    with sessions() as session:
        assert indexer.lag(session) == 0


def test_change_during_a_rebuild_is_followed_afterwards(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    catalogue = Catalogue("a")
    commit_events(sessions, "a")

    def load_all(session: Session) -> Iterable[SearchDocument]:
        yield from catalogue.load_all(session)
        commit_events(sessions, "b")

    indexer.rebuild(sessions, index, load_all)
    catalogue.public.add("b")
    assert indexer.follow(sessions, index, catalogue.load) == 1
    assert index.ids() == {"a", "b"}


def test_failed_rebuild_leaves_the_old_index_and_the_position(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    index.put([{"id": "old", "title": "Cũ"}])
    commit_events(sessions, "a")

    def load_all(session: Session) -> Iterable[SearchDocument]:
        yield {"id": "a", "title": "Mới"}
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        indexer.rebuild(sessions, index, load_all)
    assert index.ids() == {"old"}
    with sessions() as session:
        assert indexer.lag(session) == 1


def test_rebuild_beside_another_indexer_says_so(
    engine: Engine, sessions: SessionFactory, index: TantivyIndex
) -> None:
    with engine.connect() as other, engine.connect() as impatient:
        other.execute(select(func.pg_advisory_lock(indexer.LOCK)))
        impatient.execute(text("SET lock_timeout = '50ms'"))
        impatient.commit()
        with pytest.raises(AlreadyRunning, match="try again"):
            indexer.rebuild(sessionmaker(impatient), index, Catalogue("a").load_all)
        other.execute(select(func.pg_advisory_unlock(indexer.LOCK)))
