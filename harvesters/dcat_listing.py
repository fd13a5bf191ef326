"""What the pages of a catalogue told so far: what each dataset goes by, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harvesters import dcat_dataset, mapping
from harvesters.dcat_graph import Graph, Literal, is_blank
from harvesters.dcat_node import Notes
from harvesters.dcat_page import Page
from opendata.errors import SourceIncomplete
from opendata.records import Problem, RejectedRecord, SourceRecord, short_id

_MAX_SHOWN = 100  # characters of a text that is no dataset


class Listing:
    """Grows page by page; a dataset that comes again, because pages shifted, is left out."""

    def __init__(self, *, language: str) -> None:
        self.count = 0  # datasets that came
        self._language = language
        # All of these hold names by `short_id`, which bounds what a long listing may cost.
        self._seen: set[str] = set()  # IRIs, and identifiers of datasets that have none
        self._ids: set[str] = set()
        self._listed: set[str] = set()
        self._totals: set[int] = set()
        self._iris: set[str] = set()  # of datasets, read or only listed

    @property
    def announced(self) -> int | None:
        """How many datasets there are, as far as the catalogue says."""
        return max(self._totals, default=None)

    def records(self, page: Page) -> Iterator[SourceRecord | RejectedRecord]:
        """Read the datasets of a page that no earlier page had."""
        listed = set(map(short_id, page.listed))
        self._listed |= listed
        self._totals |= page.totals
        self._iris |= listed | {short_id(node) for node in page.datasets if not is_blank(node)}
        identifiers = {node: _identifier(page.graph, node) for node in page.datasets}
        keys = {node: short_id(id if is_blank(node) else node) for node, id in identifiers.items()}
        fresh = [node for node in page.datasets if keys[node] not in self._seen]
        sharers = Counter(identifiers[node] for node in fresh)
        for node in fresh:
            notes = Notes(lost=["dcat:servesDataset"] if node in page.served else [])
            upstream_id = self._claim(node, identifiers[node], sharers, notes)
            self.count += 1
            yield dcat_dataset.read(page.graph, node, upstream_id, notes, language=self._language)
        for text in page.strays:
            self.count += 1
            yield _stray(text)
        self._seen |= {key for key in keys.values() if key}

    def check_whole(self, where: str) -> None:
        """Raise `SourceIncomplete` unless all came that the catalogue announced or listed."""
        missing = len(self._listed - self._seen)
        if missing:
            fact = f"{missing} datasets are listed and nowhere described"
            raise SourceIncomplete("count-mismatch", where, fact, announced=self.count + missing)
        if self._totals and self._totals != {self.count}:
            fact = f"{self.count} different datasets came where {self.announced} were announced"
            raise SourceIncomplete("count-mismatch", where, fact, announced=self.announced)

    def _claim(self, node: str, identifier: str, sharers: Counter[str], notes: Notes) -> str:
        """Return what a dataset goes by: its identifier if no other has it, else its IRI.

        Of several datasets with one identifier and no IRI the first counts.
        """
        claimed = short_id(identifier)
        is_its_own = (
            claimed not in self._ids
            and (sharers[identifier] == 1 or is_blank(node))
            # Nobody goes by the address of another dataset.
            and (identifier == node or claimed not in self._iris)
        )
        if identifier and not is_its_own:
            notes.problems.append(Problem("duplicate-id", "dct:identifier", identifier))
        iri = "" if is_blank(node) or short_id(node) in self._ids else node
        upstream_id = identifier if identifier and is_its_own else iri
        self._ids.add(short_id(upstream_id))
        return upstream_id


def _identifier(graph: Graph, node: str) -> str:
    """Return the identifier of a dataset; several are none, since nobody says which counts."""
    told = {
        value.text if isinstance(value, Literal) else value
        for name in ("dct:identifier", "dcat:identifier")
        for value in graph.values(node, name)
    } - {""}
    return told.pop() if len(told) == 1 else ""


def _stray(text: str) -> RejectedRecord:
    problem = Problem("not-an-object", "dcat:dataset", text[:_MAX_SHOWN])
    return RejectedRecord(f"dcat:dataset {text}", mapping.as_bytes(text), (problem,))
