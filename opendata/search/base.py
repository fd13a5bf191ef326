"""What a search engine must do for the catalogue; no engine's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opendata.search.knowledge import Knowledge

# A flat search document: field name of `fields.py` -> text, list of words, or ISO date. Has `id`.
SearchDocument = Mapping[str, Any]


@dataclass(frozen=True)
class Query:
    """What a person asked: words, facet values that must hold, order, and which page.

    `knowledge`: what the words are understood by, the published lexicon where there is none;
    `relaxed`: 1, any one of the words will do; 2, places and agencies need not be met either.
    """

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"  # a name of `fields.SORTS`
    page: int = 1
    size: int = 20
    facet_size: int = 50
    knowledge: Knowledge | None = None
    relaxed: int = 0


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


class SearchIndex(Protocol):
    """An engine. Only the indexer writes; readers see a write within about a second."""

    def is_built(self) -> bool:
        """Say whether there is an index at all: one that is lost must be filled anew."""
        ...

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Add or replace by id, visible when it returns."""
        ...

    def remove(self, ids: Iterable[str]) -> None:
        """Remove by id; an unknown id is fine."""
        ...

    def search(self, query: Query) -> Results:
        """Answer a query; any text a person can type is fine."""
        ...

    def ids(self) -> set[str]:
        """Return all ids, to compare with the database."""
        ...

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """Fill a new index beside the old one, switch, drop the old one; return the count."""
        ...

    def close(self) -> None: ...
