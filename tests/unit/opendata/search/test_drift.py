"""What differs between index and database is named, told from what is on its way, and repaired."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from opendata import events
from opendata.database import SessionFactory
from opendata.search import drift, indexer
from opendata.search.base import SearchDocument
from opendata.search.drift import Drift
from opendata.search.indexer import Loaded
from opendata.search.tantivy_index import TantivyIndex


class Catalogue:
    """Public datasets by id and version; those in `odd` have a date that is none."""

    def __init__(self, *odd: str, **public: int) -> None:
        self.public = public
        self.odd = set(odd)

    def load(self, session: Session, ids: Collection[str]) -> Loaded:
        return Loaded({found: self.document(found) for found in ids if found in self.public})

    def load_all(self, session: Session) -> Iterable[SearchDocument]:
        return [self.document(found) for found in self.public]

    def all_versions(self, session: Session) -> dict[str, int]:
        return dict(self.public)

    def document(self, identifier: str) -> SearchDocument:
        modified = "hôm qua" if identifier in self.odd else ""
        version = self.public[identifier]
        return {"id": identifier, "version": version, "title": "Một", "modified": modified}


@pytest.fixture
def index(tmp_path: Path) -> TantivyIndex:
    return TantivyIndex(tmp_path / "search")


def announce(sessions: SessionFactory, identifier: str) -> None:
    with sessions.begin() as session:
        events.append(session, actor="test", kind="changed", subject=("dataset", identifier))


def put(index: TantivyIndex, **versions: int) -> None:
    index.put({"id": found, "version": version} for found, version in versions.items())


def repair(sessions: SessionFactory, index: TantivyIndex, catalogue: Catalogue) -> Drift:
    return drift.repair(sessions, index, catalogue.load, catalogue.load_all, catalogue.all_versions)


def test_equal_index_has_no_drift(sessions: SessionFactory, index: TantivyIndex) -> None:
    put(index, a=1, b=2)
    found = drift.check(sessions, index, Catalogue(a=1, b=2).all_versions)
    assert found == Drift()
    assert not found


def test_what_is_missing_too_much_and_of_another_version_is_named(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    put(index, a=1, old=1, extra=1)
    found = drift.check(sessions, index, Catalogue(a=1, old=2, missing=1).all_versions)
    assert found == Drift(
        missing=frozenset({"missing"}), extra=frozenset({"extra"}), stale=frozenset({"old"})
    )
    assert found


def test_what_changed_since_the_index_was_written_is_no_drift(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    put(index, old=1, hidden=1)
    for identifier in ("old", "hidden", "new"):
        announce(sessions, identifier)
    assert not drift.check(sessions, index, Catalogue(old=2, new=1).all_versions)


def test_repair_writes_what_differs(sessions: SessionFactory, index: TantivyIndex) -> None:
    put(index, a=1, old=1, extra=1)
    catalogue = Catalogue(a=1, old=2, missing=1)
    assert not repair(sessions, index, catalogue)
    assert index.versions() == catalogue.public


def test_database_set_back_to_an_older_state_is_indexed_anew(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    put(index, a=7)
    catalogue = Catalogue(a=3)
    assert not repair(sessions, index, catalogue)
    assert index.versions() == {"a": 3}


def test_refused_document_is_set_aside_and_holds_up_no_other(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    catalogue = Catalogue("odd", a=1, odd=1, b=1)
    for identifier in catalogue.public:
        announce(sessions, identifier)
    assert indexer.follow(sessions, index, catalogue.load) == 3
    assert index.ids() == {"a", "b"}
    found = drift.check(sessions, index, catalogue.all_versions)
    assert not found
    assert list(found.refused) == ["odd"]
    assert "hôm qua" in found.refused["odd"]


def test_refused_document_is_tried_again_when_it_changes(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    catalogue = Catalogue("odd", odd=1)
    announce(sessions, "odd")
    indexer.follow(sessions, index, catalogue.load)
    catalogue.odd.clear()
    announce(sessions, "odd")
    indexer.follow(sessions, index, catalogue.load)
    assert drift.check(sessions, index, catalogue.all_versions) == Drift()


def test_rebuild_and_repair_try_refused_documents_again(
    sessions: SessionFactory, index: TantivyIndex
) -> None:
    catalogue = Catalogue("odd", a=1, odd=1)
    assert indexer.rebuild(sessions, index, catalogue.load_all) == 1
    found = drift.check(sessions, index, catalogue.all_versions)
    assert list(found.refused) == ["odd"]
    catalogue.odd.clear()
    assert repair(sessions, index, catalogue) == Drift()


def test_readers_are_told_apart(sessions: SessionFactory, tmp_path: Path) -> None:
    catalogue = Catalogue("odd", odd=1)
    announce(sessions, "odd")
    for reader in ("one", "two"):
        index = TantivyIndex(tmp_path / reader)
        assert indexer.follow(sessions, index, catalogue.load, reader=reader) == 1
    with sessions() as session:
        assert indexer.lag(session, "one") == 0
        assert indexer.lag(session, "three") == 1
    catalogue.odd.clear()
    indexer.rebuild(sessions, TantivyIndex(tmp_path / "one"), catalogue.load_all, reader="one")
    for reader, refused in (("one", []), ("two", ["odd"])):
        index = TantivyIndex(tmp_path / reader)
        found = drift.check(sessions, index, catalogue.all_versions, reader=reader)
        assert list(found.refused) == refused
