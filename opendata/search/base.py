"""What a search engine must do for the catalogue; no engine's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

# A flat search document: field name of `fields.py` -> text, list of words, or ISO date. Has `id`,
# and `version`, a number that grows with each change; without one it counts as 0.
SearchDocument = Mapping[str, Any]

# Hits that can be reached by page number; what lies deeper is read with a cursor.
WINDOW = 10_000


@dataclass(frozen=True)
class Query:
    """What a person asked: words, facet values that must hold, order, and which page."""

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"  # a name of `fields.SORTS`
    page: int = 1
    size: int = 20
    facet_size: int = 50


@dataclass(frozen=True)
class FacetCount:
    """One value of a facet and how many hits have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Results:
    """One page of hits, best first; `total` and `facets` count all hits."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]


@dataclass(frozen=True)
class Written:
    """What became of documents: how many ids were written, and which were refused and why.

    A document that is refused will be refused again until it changes; the others are written.
    """

    count: int
    refused: Mapping[str, str] = field(default_factory=dict)


class Searcher(Protocol):
    """What answers queries."""

    def search(self, query: Query) -> Results:
        """Answer a query; any text a person can type is fine.

        Raises SearchUnavailable, NotFound for an unknown filter or sort, and TooDeep for a page
        behind `WINDOW` hits.
        """
        ...

    def close(self) -> None: ...


class SearchIndex(Searcher, Protocol):
    """An engine. Only the indexer writes; readers see a write within about a second.

    Each method raises SearchUnavailable where the same call may go well later.
    """

    def is_built(self) -> bool:
        """Say whether there is an index at all: one that is lost must be filled anew."""
        ...

    def put(self, documents: Iterable[SearchDocument]) -> Written:
        """Add or replace by id, visible when it returns; a newer version stays as it is."""
        ...

    def remove(self, ids: Iterable[str], versions: Mapping[str, int] | None = None) -> None:
        """Remove by id; an unknown id is fine. A version newer than the one in `versions` stays."""
        ...

    def ids(self) -> set[str]:
        """Return all ids, to compare with the database."""
        ...

    def versions(self) -> dict[str, int]:
        """Return the version of every document by its id."""
        ...

    def rebuild(self, documents: Iterable[SearchDocument]) -> Written:
        """Fill a new index beside the old one, switch, drop the old one."""
        ...
