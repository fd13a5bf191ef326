"""A page of RDF as plain values: nodes, and their properties by short names like `dct:title`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from opendata.errors import SourceIncomplete

_NAMESPACES = {
    "http://data.europa.eu/r5r/": "dcatap",
    "http://purl.org/dc/terms/": "dct",
    "http://purl.org/dc/elements/1.1/": "dct",  # the older names of the same terms
    "http://purl.org/dc/terms/#": "dct",  # as contexts in the wild have it
    "http://rdfs.org/ns/void#": "void",
    "http://schema.org/": "schema",
    "http://spdx.org/rdf/terms#": "spdx",
    "http://www.opengis.net/ont/geosparql#": "geosparql",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://www.w3.org/2002/07/owl#": "owl",
    "http://www.w3.org/2004/02/skos/core#": "skos",
    "http://www.w3.org/2006/time#": "time",
    "http://www.w3.org/2006/vcard/ns#": "vcard",
    "http://www.w3.org/2007/05/powder-s#": "wdrs",
    "http://www.w3.org/ns/adms#": "adms",
    "http://www.w3.org/ns/dcat#": "dcat",
    "http://www.w3.org/ns/dqv#": "dqv",
    "http://www.w3.org/ns/hydra/core#": "hydra",
    "http://www.w3.org/ns/locn#": "locn",
    "http://www.w3.org/ns/odrl/2/": "odrl",
    "http://www.w3.org/ns/org#": "org",
    "http://www.w3.org/ns/prov#": "prov",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "https://project-open-data.cio.gov/v1.1/schema#": "pod",
    "https://schema.org/": "schema",
}
_LONGEST_IRI = 2_000
_SHOWN_IRI = 1_500  # of a longer one; still too long to be an identifier
# A sound page is looked at some ten times over.
_LOOKS_A_TRIPLE = 30
_LOOKS_IN_ANY_CASE = 100_000
_IRIS = {prefix: iri for iri, prefix in reversed(_NAMESPACES.items())}


@dataclass(frozen=True, slots=True)
class Literal:
    """A text as the source wrote it; `language` and `datatype` are empty where it says none."""

    text: str
    language: str = ""
    datatype: str = ""


# A node is named by its IRI, a blank one by `_:` and a label that means nothing outside its page.
Value = str | Literal

Key = TypeVar("Key")


class Graph:
    """The triples of one page. Nodes without a name of their own stay in the page's order."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._nodes: dict[str, dict[str, dict[Value, None]]] = {}
        self._triples = 0
        self._looks = 0

    def add(self, node: str, iri: str, value: Value) -> None:
        """Add one triple; its predicate is given as an IRI or by its short name."""
        name = short(_bounded(iri))
        if isinstance(value, str):
            value = short(_bounded(value)) if name == "rdf:type" else _bounded(value)
        self._nodes.setdefault(_bounded(node), {}).setdefault(name, {})[value] = None
        self._triples += 1

    def nodes(self) -> Iterable[str]:
        """Return all nodes that the page says anything of."""
        return self._nodes.keys()

    def names(self, node: str) -> list[str]:
        """Return the short names of a node's properties, sorted."""
        return sorted(self._looked_at(self._nodes.get(node, {})))

    def values(self, node: str, name: str) -> list[Value]:
        """Return the values of a property in an order that does not depend on how they came."""
        return sorted(self._looked_at(self._nodes.get(node, {}).get(name, {})), key=_order)

    def types(self, node: str) -> set[str]:
        """Return the short names of a node's types."""
        told = self._nodes.get(node, {}).get("rdf:type", {})
        return {name for name in told if isinstance(name, str)}

    def is_a(self, node: str, *types: str) -> bool:
        """Tell whether a node has one of these types."""
        return not self.types(node).isdisjoint(types)

    def target(self, value: Value) -> str:
        """Return the node that a value means and that the page describes, else nothing.

        Writers of JSON often give an address as plain text; it counts if it names a node.
        """
        name = _bounded(value.text if isinstance(value, Literal) else value)
        return name if name in self._nodes else ""

    def _looked_at(self, found: Mapping[Key, object]) -> Mapping[Key, object]:
        """Count what is looked at: where all datasets share one huge node, there is no end to it.

        Raises `SourceIncomplete`, since datasets of the page may have come already.
        """
        self._looks += len(found)
        if self._looks > _LOOKS_A_TRIPLE * self._triples + _LOOKS_IN_ANY_CASE:
            fact = "its datasets share so much that reading it has no end; ask for smaller pages"
            raise SourceIncomplete("bad-rdf", self._where, fact)
        return found


def is_blank(node: str) -> bool:
    """Tell whether a node has no IRI."""
    return node.startswith("_:")


def _bounded(iri: str) -> str:
    """Return an IRI, or for a very long one a name that keeps apart what it kept apart.

    Such a name is no address and too long an identifier: what needs one of these tells so.
    """
    if len(iri) <= _LONGEST_IRI:
        return iri
    digest = hashlib.sha256(iri.encode("utf-8", "surrogatepass")).hexdigest()
    return f"too-long:{digest}:{iri[:_SHOWN_IRI]}"


@lru_cache(maxsize=4096)
def short(iri: str) -> str:
    """Return `prefix:name` for an IRI of a vocabulary that is known here, else the IRI."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _NAMESPACES.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and iri[cut:] else iri


def prefixes(names: Iterable[str]) -> dict[str, str]:
    """Return the prefixes that short names use, with what they stand for."""
    used = {name.partition(":")[0] for name in names}
    return {prefix: iri for prefix, iri in _IRIS.items() if prefix in used}


def _order(value: Value) -> tuple[int, str, str, str]:
    if isinstance(value, Literal):
        return (1, value.text, value.language, value.datatype)
    return (2, "", "", "") if is_blank(value) else (0, value, "", "")
