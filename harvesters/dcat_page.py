"""What a page of a catalogue holds: datasets, those it only lists, and the way to the next page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from harvesters.dcat_graph import Graph, Literal, is_blank
from harvesters.mapping import is_web_url
from opendata.errors import SourceFailure

_CATALOGUES = ("dcat:Catalog", "dcat:Catalogue")  # the second is wrong, and in use
_DATASETS = ("dcat:Dataset", "dcat:DatasetSeries")
_PAGES = ("hydra:PagedCollection", "hydra:PartialCollectionView", "hydra:Collection")
_NEXT = ("hydra:next", "hydra:nextPage")


@dataclass(frozen=True)
class Page:
    """One page, read; `total` is what it announces of all pages together."""

    graph: Graph
    datasets: tuple[
        str, ...
    ]  # nodes that it describes: blank ones in their order, then IRIs sorted
    listed: frozenset[str]  # IRIs that its catalogue lists and that it does not describe
    strays: tuple[str, ...]  # plain texts where a dataset was due
    served: frozenset[str]  # datasets that a data service offers
    following: str  # address of the next page, empty: this is the last
    totals: frozenset[int]


def read(graph: Graph, url: str, where: str, *, link: str) -> Page:
    """Find the datasets of a page that came from `url`; `link` is the next page by its header.

    Raises `SourceFailure` bad-rdf for RDF that is no catalogue and no part of one.
    """
    listed, strays = _listed(graph)
    typed = [node for node in graph.nodes() if graph.is_a(node, *_DATASETS)]
    if listed:  # a type alone is a mention of a dataset that lies elsewhere
        typed = [node for node in typed if graph.names(node) != ["rdf:type"]]
    told = dict.fromkeys([*listed, *typed, *_topics(graph)])
    # What nothing is said of may be described on another page, if it has a name to go by.
    described = [node for node in told if is_blank(node) or graph.names(node)]
    paging = [node for node in graph.nodes() if graph.is_a(node, *_PAGES)]
    if not (described or listed or strays or paging or _has_catalogue(graph)):
        raise SourceFailure("bad-rdf", where, "there is no DCAT catalogue in it")
    return Page(
        graph=graph,
        datasets=tuple(sorted(described, key=lambda node: "" if is_blank(node) else node)),
        listed=frozenset(listed).difference(described),
        strays=tuple(strays),
        served=frozenset(
            target
            for node in graph.nodes()
            for value in graph.values(node, "dcat:servesDataset")
            if (target := graph.target(value))
        ),
        following=_following(graph, url, where) or link,
        totals=frozenset(_totals(graph)),
    )


def _listed(graph: Graph) -> tuple[list[str], list[str]]:
    """Return the nodes that catalogues list, and texts that stand in the place of one."""
    listed: list[str] = []
    strays: list[str] = []
    for node in graph.nodes():
        for value in graph.values(node, "dcat:dataset"):
            name = value.text if isinstance(value, Literal) else value
            if isinstance(value, Literal) and not graph.target(value) and not is_web_url(name):
                strays.append(name)
            elif not graph.is_a(name, *_CATALOGUES):
                listed.append(name)
    return listed, strays


def _topics(graph: Graph) -> set[str]:
    """Return what the records of a catalogue are about, where it is not said to be otherwise."""
    records = (node for node in graph.nodes() if graph.is_a(node, "dcat:CatalogRecord"))
    values = (value for node in records for value in graph.values(node, "foaf:primaryTopic"))
    targets = filter(None, map(graph.target, values))
    return {target for target in targets if not graph.types(target)}


def _has_catalogue(graph: Graph) -> bool:
    return any(graph.is_a(node, *_CATALOGUES, "dcat:CatalogRecord") for node in graph.nodes())


def _following(graph: Graph, url: str, where: str) -> str:
    told = {
        value.text if isinstance(value, Literal) else value
        for node in graph.nodes()
        for name in _NEXT
        for value in graph.values(node, name)
    }
    try:
        found = sorted({urljoin(url, address) for address in told})
    except ValueError as err:
        raise SourceFailure("bad-rdf", where, "the address of its next page is none") from err
    if len(found) > 1:
        raise SourceFailure("paging-broken", where, "it names several next pages")
    return found[0] if found else ""


def _totals(graph: Graph) -> set[int]:
    texts = {
        value.text
        for node in graph.nodes()
        for value in graph.values(node, "hydra:totalItems")
        if isinstance(value, Literal)
    }
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10}
