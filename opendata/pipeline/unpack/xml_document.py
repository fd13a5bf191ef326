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
from opendata.pipeline.unpack.json_values import Record, flat
from opendata.pipeline.unpack.order import Order, from_words
from opendata.pipeline.unpack.record_table import Columns, Rows, write_records
from opendata.pipeline.unpack.xml_rows import Place, Way, local
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
    places = dict(xml_rows.find(order))
    if len(places) > _MOST_TABLES:
        raise xml_rows.NotTabular
    tables: list[Unpacked] = []
    for way, name in zip(places, _names(list(places)), strict=True):
        found = _write(way, places, name, order, len(tables))
        tables += [found] if found else []
    return tables


def _write(
    way: Way, places: dict[Way, Place], name: str, order: Order, number: int
) -> Unpacked | None:
    columns = Columns(order)
    for record, _ in _records(way, places, order):
        columns.add(record)
    read = 0

    def items() -> Iterator[Record]:
        nonlocal read
        for record, size in _records(way, places, order):
            read += size
            yield record

    rows = Rows(items(), tuple(columns.ways), lambda: read, has_kinds=False)
    return write_records(name, rows, order, number)


def _records(way: Way, places: dict[Way, Place], order: Order) -> Iterator[tuple[Record, int]]:
    """Yield the record of each row, and about how many characters it has."""
    for row in xml_rows.rows(places, way, order):
        record = _record(row, places[way])
        yield record, sum(len(value) for value in record.values() if isinstance(value, str))


def _record(row: Any, place: Place) -> Record:
    found = _value(row, place)
    own = local(row.tag)
    if not isinstance(found, dict):
        return {own: found} if found else {}
    text = found.pop("", None)
    return flat({**found, own: text} if text else found)


def _value(element: Any, place: Place) -> Any:
    """Return what an element holds: its text, or its attributes and elements by their names.

    What repeats in any row is a list in all of them.
    """
    names = place.names
    found: Record = {
        names[f"@{name}"]: value
        for name, value in element.attrib.items()
        if not name.startswith(_OF_SCHEMAS)
    }
    for child in element:
        below = place.below[child.tag]
        name, value = names[child.tag], _value(child, below)
        if below.most > 1:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    text = (element.text or "").strip() or None
    if found and text:
        found[""] = text
    return found or text


def _names(ways: Sequence[Way]) -> list[str]:
    """Name each table by its element, by more of its way where two have the same."""
    if len(ways) == 1:
        return [""]
    plain = [tuple(map(local, way)) for way in ways]
    last = [way[-1] for way in plain]
    return distinct(way[-1] if last.count(way[-1]) == 1 else ".".join(way[1:]) for way in plain)
