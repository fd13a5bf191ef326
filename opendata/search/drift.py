"""Whether an index holds what the database says, id by id and version by version; its repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from opendata import events
from opendata.database import SessionFactory
from opendata.search import indexer, refusals
from opendata.search.base import SearchIndex
from opendata.search.indexer import Load, LoadAll

# What the index should hold: the version of each public dataset by its id.
AllVersions = Callable[[Session], Mapping[str, int]]


@dataclass(frozen=True)
class Drift:
    """What the index lacks, holds too much, and holds in another version than the database.

    `refused` says why documents are set aside; these are no drift.
    """

    missing: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.stale)

    @property
    def ids(self) -> frozenset[str]:
        """All that differ, and all that are set aside: each may go well now."""
        return self.missing | self.extra | self.stale | frozenset(self.refused)


def check(
    sessions: SessionFactory,
    index: SearchIndex,
    all_versions: AllVersions,
    *,
    reader: str = indexer.READER,
) -> Drift:
    """Compare the index with the database; raises AlreadyRunning beside a long rebuild.

    Datasets that changed since the index was last brought up to date count on neither side, so
    that harvests may go on meanwhile.
    """
    with indexer.alone(sessions, wait=True), sessions() as session:
        public = dict(all_versions(session))
        refused = {found.document_id: found.reason for found in refusals.every(session, reader)}
        # After the reading: a change that it saw has its event before it.
        waiting = set(indexer.dataset_ids(events.ahead(session, reader)))
        indexed = index.versions()
    return _compare(public, indexed, waiting, refused)


def repair(
    sessions: SessionFactory,
    index: SearchIndex,
    load: Load,
    load_all: LoadAll,
    all_versions: AllVersions,
    *,
    reader: str = indexer.READER,
) -> Drift:
    """Write what differs and what is set aside anew; return what differs still.

    Where the index knows newer versions than the database, because that was set back to an older
    state, it takes none of them: then all of it is built anew.
    """
    found = check(sessions, index, all_versions, reader=reader)
    if not found.ids:
        return found
    with indexer.alone(sessions, wait=True), sessions.begin() as session:
        indexer.write(session, index, load, sorted(found.ids), reader=reader)
    if check(sessions, index, all_versions, reader=reader):
        indexer.rebuild(sessions, index, load_all, reader=reader)
    return check(sessions, index, all_versions, reader=reader)


def _compare(
    public: Mapping[str, int],
    indexed: Mapping[str, int],
    waiting: set[str],
    refused: Mapping[str, str],
) -> Drift:
    passed_over = waiting | refused.keys()
    both = (public.keys() & indexed.keys()) - passed_over
    return Drift(
        missing=frozenset(public.keys() - indexed.keys() - passed_over),
        extra=frozenset(indexed.keys() - public.keys() - waiting),
        stale=frozenset(found for found in both if public[found] != indexed[found]),
        refused=refused,
    )
