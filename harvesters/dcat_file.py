"""The distributions of a dataset as files: where the bytes are and what is said of them."""

from __future__ import annotations

import re
from collections import Counter

from harvesters import mapping
from harvesters.dcat_graph import Literal, Value
from harvesters.dcat_node import Node, last_part
from opendata.records import Distribution

_FORMATS = {
    "application/geo+json": "geojson",
    "application/gzip": "gzip",
    "application/json": "json",
    "application/ld+json": "jsonld",
    "application/msword": "doc",
    "application/octet-stream": "",
    "application/pdf": "pdf",
    "application/rdf+xml": "rdf",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.google-earth.kml+xml": "kml",
    "application/vnd.ms-excel": "xls",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/xml": "xml",
    "application/zip": "zip",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/tab-separated-values": "tsv",
    "text/turtle": "ttl",
    "text/xml": "xml",
}
_MEDIA_TYPE = re.compile(r"(?:.*/)?((?:application|audio|image|text|video)/[\w.+-]+)")


def read(dataset: Node, *, licence_told: str) -> tuple[tuple[Distribution, ...], str]:
    """Return the files of a dataset, and the licence they all carry where it tells none."""
    values = dataset.values("dcat:distribution")
    nodes = [node for value in values if (node := _described(dataset, value))]
    identifiers = Counter(node.text("dct:identifier") for node in nodes)
    found = [(_distribution(node, identifiers), node) for node in nodes]
    licence = _licence(dataset, nodes, licence_told)
    for node in nodes:
        node.lose_unasked()
    files = [(file, node) for file, node in found if file.url]
    # RDF has no order: the same files in any form of it come in the same one.
    files.sort(key=lambda pair: (pair[0].name, pair[0].url, pair[0].upstream_id))
    return _distinct(files), licence


def _described(dataset: Node, value: Value) -> Node | None:
    target = dataset.graph.target(value)
    if target:
        return Node(dataset.graph, target, dataset.notes, path="distribution.")
    shown = value.text if isinstance(value, Literal) else value
    rule = "a distribution that is described"
    dataset.problem("wrong-type", "dcat:distribution", shown, rule=rule)
    return None


def _distribution(node: Node, identifiers: Counter[str]) -> Distribution:
    identifier = node.text("dct:identifier")
    url = node.url("dcat:downloadURL") or node.url("dcat:accessURL")
    node.values("dcat:accessURL")  # the page of a file that has a download is no loss
    if not url and not node.values("dcat:downloadURL", "dcat:accessURL"):
        node.problem("bad-url", "dcat:downloadURL", node.iri)
    return Distribution(
        url=url,
        upstream_id=identifier if identifiers[identifier] == 1 and identifier else node.iri,
        name=node.text("dct:title"),
        description=node.text("dct:description"),
        format=_format(node),
        schema=next(filter(None, map(mapping.schema_name, node.words("dct:conformsTo"))), ""),
    )


def _format(node: Node) -> str:
    """Return a short word; what is said of the format counts before the media type."""
    told = [*node.words("dct:format"), *node.words("dcat:mediaType")]
    return next(filter(None, map(_short, told)), "")


def _short(told: str) -> str:
    media_type = _MEDIA_TYPE.fullmatch(told.strip().partition(";")[0].lower())
    if media_type is None:
        return last_part(told.strip()).lower()
    return _FORMATS.get(media_type[1], media_type[1].partition("/")[2])


def _licence(dataset: Node, files: list[Node], told: str) -> str:
    """Return the licence of the dataset, else the one that all files with a licence share."""
    of_files = {licence for node in files if (licence := reference(node, "dct:license"))}
    if told:
        of_files.discard(told)
    elif len(of_files) == 1:
        return of_files.pop()
    for licence in sorted(of_files):
        dataset.lose(f"distribution.dct:license {licence}")
    return told


def reference(node: Node, name: str) -> str:
    """Return the first IRI of a property, else its text or what its node is called."""
    values = [value for value in node.values(name) if isinstance(value, str)]
    iris = [value for value in values if mapping.is_web_url(value)]
    return iris[0] if iris else node.text(name)


def _distinct(files: list[tuple[Distribution, Node]]) -> tuple[Distribution, ...]:
    """Keep one file a key: the first counts, each further one is a problem."""
    kept: dict[str, Distribution] = {}
    for file, node in files:
        if file.key in kept:
            node.problem("duplicate-id", "dcat:downloadURL", file.key)
        else:
            kept[file.key] = file
    return tuple(kept.values())
