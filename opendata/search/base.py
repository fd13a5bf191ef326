"""What a search engine must do for the catalogue; no engine's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opendata.search.knowledge import Knowledge

# A flat search document: field name of `fields.py` -> text, list of words, or ISO date. Has `id`,
# and `version`, a number that grows with each change; without one it counts as 0.
SearchDocument = Mapping[str, Any]

# Hits that can be reached by page number; what lies deeper is read with `Results.next`.
WINDOW = 10_000


@dataclass(frozen=True)
class Query:
    """What a person asked: words, facet values, order, and which page.

    Of the values of one filter any may hold; the filters hold all at once.
    """

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"  # a name of `fields.SORTS`
    page: int = 1
    size: int = 20
    facet_size: int = 50
    after: str = ""  # the `next` of the page before, in place of a page number
    literal: bool = False  # take the words as typed: nothing corrected, nothing recognised
    any_word: bool = False  # one of the words is enough
    anywhere: bool = False  # places and agencies that the words name need not be met
    typing: bool = False  # the last word is not typed to its end, and titles are sought
    knowledge: Knowledge | None = None  # what words are understood by; None: the published lists


@dataclass(frozen=True)
class Note:
    """Something recognised in the words: a place, an agency, an acronym.

    `label` says what it was taken for, in each language; `without` is the text of the query that
    is left when it is taken away.
    """

    kind: str  # place, agency, acronym, synonym
    label: Mapping[str, str]
    without: str


@dataclass(frozen=True)
class Understood:
    """What was made of the words of a query, for the page to say so."""

    notes: tuple[Note, ...] = ()
    corrected: str = ""  # the text that was sought in place of the one typed
    also: frozenset[str] = frozenset()  # folded words that count as hits beside those typed
    relaxed: tuple[str, ...] = ()  # what was given up to find anything: words of `relax`
    is_cut: bool = False  # the text was longer than what is sought


@dataclass(frozen=True)
class FacetCount:
    """One value of a facet and how many hits have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Results:
    """One page of hits, best first; `total` counts all hits.

    `facets` count all hits too, each as if nothing were chosen in it: its values are alternatives.
    """

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    next: str = ""  # opaque; where the next page begins, "" behind the last hit
    understood: Understood = field(default_factory=Understood)


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

        Raises SearchUnavailable, TooDeep for a page behind `WINDOW` hits, BadCursor for an `after`
        that is none of this query, NotFound for an unknown filter or sort.
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
