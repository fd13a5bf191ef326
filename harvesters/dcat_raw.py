"""The part of a page that speaks of one dataset, as JSON-LD whose bytes do not vary."""

from __future__ import annotations

import hashlib
from typing import Any

from harvesters import mapping
from harvesters.dcat_graph import Graph, Literal, Value, is_blank, prefixes

# Described for themselves: what a dataset says of another one stays a reference.
_OTHERS = ("dcat:Catalog", "dcat:CatalogRecord", "dcat:Dataset", "dcat:DatasetSeries")
_MOST_NODES = 1000  # of one dataset
_MOST_DEPTH = 20  # blank nodes inside blank nodes


def document(graph: Graph, dataset: str) -> bytes:
    """Return the nodes of a dataset as flat JSON-LD, sorted; equal triples give equal bytes."""
    labels = _Labels(graph)
    nodes = _nodes(graph, dataset)
    found = {node: _object(graph, node, labels) for node in nodes}
    first = found.pop(dataset)
    others = sorted({mapping.as_bytes(item): item for item in found.values()}.items())
    context = prefixes(name for node in nodes for name in (*graph.names(node), *graph.types(node)))
    return mapping.as_bytes({"@context": context, "@graph": [first, *(o for _, o in others)]})


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
    told = {"@value": value.text, "@language": value.language, "@type": value.datatype}
    return {key: text for key, text in told.items() if text or key == "@value"}


class _Labels:
    """Names for blank nodes that follow from what they hold, since their own mean nothing."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[str, str] = {}

    def of(self, node: str, *, depth: int = 0) -> str:
        if not is_blank(node):
            return node
        if node not in self._known:
            self._known[node] = "_:circle"  # for one that holds itself
            self._known[node] = self._digest(node, depth) if depth < _MOST_DEPTH else "_:deeper"
        return self._known[node]

    def _digest(self, node: str, depth: int) -> str:
        held = [
            (name, self.of(value, depth=depth + 1) if isinstance(value, str) else repr(value))
            for name in self._graph.names(node)
            for value in self._graph.values(node, name)
        ]
        return f"_:{hashlib.sha256(mapping.as_bytes(sorted(held))).hexdigest()[:16]}"
