"""Where the rows of an XML document are: elements of one name that repeat under one parent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from opendata.errors import SourceFailure
from opendata.pipeline.unpack.order import Order

Way = tuple[str, ...]

# Documents made of other ways to say things; a graph or a picture is no table.
_NO_TABLES = {
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF",
    "{http://www.w3.org/2000/svg}svg",
    "{http://www.w3.org/2001/XMLSchema}schema",
    "{http://www.w3.org/1999/XSL/Transform}stylesheet",
}
# More names than any table has: a document where each element has its own.
_MOST_WAYS = 5_000


class NotTabular(Exception):
    """The document holds no rows, or hardly anything but them."""


@dataclass
class Place:
    """What is known of all elements with one way down to them."""

    most: int = 0  # of them under one parent
    leaves: int = 0  # values in them: attributes, and elements without elements
    is_plain: bool = True  # never attributes or elements within
    below: dict[str, Place] = field(default_factory=dict)


def events(order: Order) -> Iterator[tuple[str, Any, Any]]:
    """Yield the starts and ends of elements, and the tree that grows; who reads on lets go of what
    has passed. Raises `SourceFailure`: unsafe-xml; and `etree.XMLSyntaxError`.
    """
    parser = etree.iterparse(
        str(Path(order.path)),
        events=("start", "end"),
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    is_first = True
    for event, element in parser:
        if is_first:
            _refuse_doctype(element, order)
            is_first = False
        yield event, element, parser


def _refuse_doctype(root: Any, order: Order) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceFailure(
            "unsafe-xml",
            order.where,
            "the XML has a DOCTYPE, which may define entities; ask the source to leave it out",
        )


def let_go(element: Any) -> None:
    """Empty an element that has ended, and forget those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def find(order: Order) -> list[tuple[Way, Place]]:
    """Return the ways to the rows of each table in the order of the document, and their places.

    Raises `NotTabular`, and as `events`.
    """
    root, name = _survey(order)
    tables: list[tuple[Way, Place]] = []
    _descend(root, (name,), tables)
    if not tables or sum(place.leaves for _, place in tables) * 2 < root.leaves:
        raise NotTabular
    return tables


def _survey(order: Order) -> tuple[Place, str]:
    top = Place()
    open_places, counts = [top], [Counter[str]()]
    ways = 0
    for event, element, _ in events(order):
        if event == "start":
            if len(open_places) == 1 and element.tag in _NO_TABLES:
                raise NotTabular
            ways += element.tag not in open_places[-1].below
            if ways > _MOST_WAYS:
                raise NotTabular
            _enter(element, open_places, counts)
        else:
            _leave(open_places, counts)
            let_go(element)
    name, root = next(iter(top.below.items()))
    return root, name


def _enter(element: Any, open_places: list[Place], counts: list[Counter[str]]) -> None:
    counts[-1][element.tag] += 1
    parent = open_places[-1]
    parent.is_plain = False
    place = parent.below.setdefault(element.tag, Place())
    place.most = max(place.most, counts[-1][element.tag])
    attributes = len(element.attrib)
    place.is_plain = place.is_plain and not attributes
    for above in (*open_places, place):
        above.leaves += attributes
    open_places.append(place)
    counts.append(Counter())


def _leave(open_places: list[Place], counts: list[Counter[str]]) -> None:
    if not counts.pop():
        for place in open_places:
            place.leaves += 1
    open_places.pop()


def _descend(place: Place, way: Way, tables: list[tuple[Way, Place]]) -> None:
    for name, below in place.below.items():
        if below.most < 2:
            _descend(below, (*way, name), tables)
        elif not below.is_plain:
            tables.append(((*way, name), below))
