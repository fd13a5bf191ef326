"""The part of a page that speaks of one dataset, as JSON-LD whose bytes do not vary."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from harvesters import mapping
from harvesters.dcat_graph import Graph, Literal, Value, is_blank, prefixes

# Described for themselves: what a dataset says of another one stays a reference.
_OTHERS = ("dcat:Catalog", "dcat:CatalogRecord", "dcat:Dataset", "dcat:DatasetSeries")
_MOST_NODES = 1000  # of one dataset
_MOST_DEPTH = 20  # blank nodes inside blank nodes
_MOST_BYTES = 256 * 1024  # of one dataset
# Characters of one text: all, where all fit together, else as many as do.
_LENGTHS = (_MOST_BYTES, 10_000, 1_000, 100)
_CUT = "cut"  # no term of the context: readers of JSON-LD pass over it


@dataclass(frozen=True)
class Raw:
    """A dataset as its page has it; `is_cut`: not all of it."""

    body: bytes
    is_cut: bool


def document(graph: Graph, dataset: str) -> Raw:
    """Return the nodes of a dataset as flat JSON-LD, sorted; equal triples give equal bytes.

    It has at most some `_MOST_BYTES`: datasets may share texts and nodes, and each would copy them.
    """
    nodes = _nodes(graph, dataset)
    longest = _longest(graph, nodes)
    labels = _Labels(graph, longest)
    found = {node: _object(graph, node, labels) for node in nodes}
    first = found.pop(dataset)
    others = sorted({mapping.as_bytes(item): item for item in found.values()}.items())
    items, is_cut = _fitting([first, *(item for _, item in others)])
    context = prefixes(name for node in nodes for name in (*graph.names(node), *graph.types(node)))
    body = mapping.as_bytes({"@context": context, "@graph": items})
    return Raw(body, is_cut or labels.has_cut)


def _longest(graph: Graph, nodes: list[str]) -> int:
    """Return how many characters of each text are kept, so that all texts together fit."""
    lengths = [
        len(value.text)
        for node in nodes
        for name in graph.names(node)
        for value in graph.values(node, name)
        if isinstance(value, Literal)
    ]
    fitting = (
        longest
        for longest in _LENGTHS
        if sum(min(length, longest) for length in lengths) <= _MOST_BYTES // 2
    )
    return next(fitting, _LENGTHS[-1])


def _fitting(items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """Keep nodes while there is room; one that is too large for it keeps its name."""
    kept: list[dict[str, Any]] = []
    room = _MOST_BYTES
    is_cut = False
    for number, item in enumerate(items):
        body = mapping.as_bytes(item)
        if len(body) > room:
            is_cut = True
            item = {"@id": item["@id"], _CUT: _mark(f"{len(body)} bytes", body)}
            body = mapping.as_bytes(item)
        if len(body) > room:
            return [*kept, {_CUT: f"{len(items) - number} nodes more"}], is_cut
        kept.append(item)
        room -= len(body)
    return kept, is_cut


def _mark(size: str, body: bytes) -> str:
    return f"cut here: of {size}, SHA-256 {hashlib.sha256(body).hexdigest()}"


def _nodes(graph: Graph, dataset: str) -> list[str]:
    """Return the dataset and what it leads to, as far as the page describes it."""
    found = [dataset]
    seen = {dataset}
    for node in found:  # grows while it is walked
        for name in graph.names(node):
            for value in graph.values(node, name):
                target = graph.target(value)
                is_new = target and target not in seen and not graph.is_a(target, *_OTHERS)
                if is_new and len(found) < _MOST_NODES:
                    seen.add(target)
                    found.append(target)
    return found


def _object(graph: Graph, node: str, labels: _Labels) -> dict[str, Any]:
    properties = {
        name: [_json(value, labels) for value in graph.values(node, name)]
        for name in graph.names(node)
    }
    ordered = {name: sorted(values, key=mapping.as_bytes) for name, values in properties.items()}
    return {"@id": labels.of(node), **ordered}


def _json(value: Value, labels: _Labels) -> dict[str, str]:
    if not isinstance(value, Literal):
        return {"@id": labels.of(value)}
    told = {"@value": labels.cut(value).text, "@language": value.language, "@type": value.datatype}
    return {key: text for key, text in told.items() if text or key == "@value"}


class _Labels:
    """Names for blank nodes that follow from what they hold, since their own mean nothing.

    `longest` is how many characters of a text are kept; `has_cut` tells that one had more.
    """

    def __init__(self, graph: Graph, longest: int) -> None:
        self.has_cut = False
        self._graph = graph
        self._longest = longest
        self._known: dict[str, str] = {}

    def of(self, node: str, *, depth: int = 0) -> str:
        if not is_blank(node):
            return node
        if node not in self._known:
            self._known[node] = "_:circle"  # for one that holds itself
            self._known[node] = self._digest(node, depth) if depth < _MOST_DEPTH else "_:deeper"
        return self._known[node]

    def cut(self, value: Literal) -> Literal:
        if len(value.text) <= self._longest:
            return value
        self.has_cut = True
        end = _mark(f"{len(value.text)} characters", value.text.encode())
        return replace(value, text=f"{value.text[: self._longest]}… {end}")

    def _digest(self, node: str, depth: int) -> str:
        held = [
            (
                name,
                self.of(value, depth=depth + 1)
                if isinstance(value, str)
                else repr(self.cut(value)),
            )
            for name in self._graph.names(node)
            for value in self._graph.values(node, name)
        ]
        return f"_:{hashlib.sha256(mapping.as_bytes(sorted(held))).hexdigest()[:16]}"
