"""Where the rows of an XML document are: elements of one name that repeat under one parent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from opendata.errors import SourceFailure
from opendata.pipeline.unpack.json_values import STEP
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
    attributes: dict[str, None] = field(default_factory=dict)
    below: dict[str, Place] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """What each attribute (`@name`) and each element in it is called, without its namespace:
        marked where another has the name; a mark is no part of the label."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for tag in (*(f"@{name}" for name in self.attributes), *self.below):
            name = local(tag)
            while name in taken:
                name = STEP + name
            taken.add(name)
            found[tag] = name
        return found


def local(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.removeprefix("@").rpartition("}")[2]


def rows(ways: Collection[Way], wanted: Way, order: Order) -> Iterator[Any]:
    """Yield the elements of one of the tables; those of the others are passed over."""
    for _, element in _parsed(order, events=("end",), tag={way[-1] for way in ways}):
        way = tuple(above.tag for above in element.iterancestors())[::-1] + (element.tag,)
        if way == wanted:
            yield element
        if way in ways:  # and not of the same name within a row
            _let_go(element)


def _parsed(order: Order, **what: Any) -> Any:
    return etree.iterparse(
        str(Path(order.path)),
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        **what,
    )


def _refuse_doctype(root: Any, order: Order) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceFailure(
            "unsafe-xml",
            order.where,
            "the XML has a DOCTYPE, which may define entities; ask the source to leave it out",
        )


def _let_go(element: Any) -> None:
    """Empty an element that has ended, and forget those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def find(order: Order) -> list[tuple[Way, Place]]:
    """Return the ways to the rows of each table in the order of the document, and their places.

    Raises `NotTabular`; `SourceFailure`: unsafe-xml; and `etree.XMLSyntaxError`.
    """
    root, name = _survey(order)
    tables: list[tuple[Way, Place]] = []
    _descend(root, (name,), tables)
    if not tables or sum(place.leaves for _, place in tables) * 2 < root.leaves:
        raise NotTabular
    return tables


def _survey(order: Order) -> tuple[Place, str]:
    top = Place()
    open_places, counts = [top], [dict[str, int]()]
    ways = 0
    for event, element in _parsed(order, events=("start", "end")):
        if event == "start":
            if len(open_places) == 1:
                _refuse_doctype(element, order)
                if element.tag in _NO_TABLES:
                    raise NotTabular
            ways += element.tag not in open_places[-1].below
            if ways > _MOST_WAYS:
                raise NotTabular
            _enter(element, open_places, counts)
        else:
            _leave(open_places, counts)
            _let_go(element)
    name, root = next(iter(top.below.items()))
    return root, name


def _enter(element: Any, open_places: list[Place], counts: list[dict[str, int]]) -> None:
    tag = element.tag
    parent, siblings = open_places[-1], counts[-1]
    parent.is_plain = False
    place = parent.below.get(tag) or parent.below.setdefault(tag, Place())
    siblings[tag] = siblings.get(tag, 0) + 1
    place.most = max(place.most, siblings[tag])
    open_places.append(place)
    counts.append({})
    if element.attrib:
        place.is_plain = False
        place.attributes.update(dict.fromkeys(element.attrib))
        for above in open_places:
            above.leaves += len(element.attrib)


def _leave(open_places: list[Place], counts: list[dict[str, int]]) -> None:
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
