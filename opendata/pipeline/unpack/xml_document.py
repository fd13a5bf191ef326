"""XML: repeated elements are the rows of a table, what is in them its columns. Runs in a confined
child. The document is read once to find the rows, and for each table once for its columns and
once for its values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from opendata.errors import SourceFailure
from opendata.pipeline.unpack import manifest, xml_rows
from opendata.pipeline.unpack.distinct import distinct
from opendata.pipeline.unpack.json_values import STEP, Record, flat
from opendata.pipeline.unpack.order import Order, from_words
from opendata.pipeline.unpack.record_table import Columns, Rows, write_records
from opendata.pipeline.unpack.xml_rows import Place, Way
from opendata.pipeline.unpacked import Unpacked

_MOST_TABLES = 50
_OF_SCHEMAS = "{http://www.w3.org/2001/XMLSchema-instance}"


def unpack(words: Sequence[str], _: bytes) -> bytes:
    """Write the tables of an XML document; the task of a child, see `frame.py`.

    Raises `SourceFailure`: not-tabular, unsafe-xml, unreadable, too-many-columns,
    unpacked-too-large.
    """
    order = from_words(words)
    try:
        return manifest.to_json(_tables(order), [])
    except xml_rows.NotTabular as err:
        raise SourceFailure("not-tabular", order.where, "the XML does not consist of rows") from err
    except etree.XMLSyntaxError as err:
        raise SourceFailure(
            "unreadable",
            order.where,
            f"the XML cannot be read ({err}); ask the source to mend it",
        ) from err


def _tables(order: Order) -> list[Unpacked]:
    rows = xml_rows.find(order)
    if len(rows) > _MOST_TABLES:
        raise xml_rows.NotTabular
    tables: list[Unpacked] = []
    for (way, place), name in zip(rows, _names([way for way, _ in rows]), strict=True):
        found = _write(way, place, name, order, len(tables))
        tables += [found] if found else []
    return tables


def _write(way: Way, place: Place, name: str, order: Order, number: int) -> Unpacked | None:
    columns = Columns(order)
    for record, _ in _records(way, place, order):
        columns.add(record)
    read = 0

    def items() -> Iterator[Record]:
        nonlocal read
        for record, size in _records(way, place, order):
            read += size
            yield record

    rows = Rows(items(), tuple(columns.ways), lambda: read, has_kinds=False)
    return write_records(name, rows, order, number)


def _records(way: Way, place: Place, order: Order) -> Iterator[tuple[Record, int]]:
    """Yield the record of each row, and about how many characters it has."""
    depth = 0
    is_on_way = [True]
    for event, element, _ in xml_rows.events(order):
        if event == "start":
            is_here = is_on_way[-1] and depth < len(way) and way[depth] == element.tag
            is_on_way.append(is_here)
            depth += 1
            continue
        is_row = depth == len(way) and is_on_way[-1]
        is_inside = depth > len(way) and is_on_way[len(way)]
        is_on_way.pop()
        depth -= 1
        if is_row:
            record = _record(element, place)
            yield record, sum(len(value) for value in record.values() if isinstance(value, str))
        if not is_inside:
            xml_rows.let_go(element)


def _record(row: Any, place: Place) -> Record:
    found = _value(row, place)
    own = _local(row.tag)
    if not isinstance(found, dict):
        return {own: found} if found else {}
    text = found.pop("", None)
    return flat({**found, own: text} if text else found)


def _value(element: Any, place: Place) -> Any:
    """Return what an element holds: its text, or its attributes and elements by their names.

    What repeats in any row is a list in all of them.
    """
    found: Record = {
        _local(name): value
        for name, value in element.attrib.items()
        if not name.startswith(_OF_SCHEMAS)
    }
    for child in element:
        below = place.below[child.tag]
        name, value = _name(child.tag, element), _value(child, below)
        if below.most > 1:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    text = (element.text or "").strip() or None
    if found and text:
        found[""] = text
    return found or text


def _name(tag: str, parent: Any) -> str:
    """Return the local name, marked where an attribute or an element of another namespace has it.

    A mark is no part of the label.
    """
    name = _local(tag)
    others = (*parent.attrib, *(child.tag for child in parent if child.tag != tag))
    return STEP + name if any(_local(other) == name for other in others) else name


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _names(ways: Sequence[Way]) -> list[str]:
    """Name each table by its element, by more of its way where two have the same."""
    if len(ways) == 1:
        return [""]
    local = [tuple(map(_local, way)) for way in ways]
    last = [way[-1] for way in local]
    return distinct(way[-1] if last.count(way[-1]) == 1 else ".".join(way[1:]) for way in local)
