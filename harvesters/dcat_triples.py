"""A page of RDF as triples, parsed in a confined process: a page may cost so much and no more.

The child writes lines of JSON, `[node, property, value]`, without the node where it is that of the
line before; a value is a node's name or `[text, language, datatype]`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

from harvesters import mapping
from harvesters.dcat_graph import Graph, Literal, Value, short
from opendata import confined
from opendata.confined import Killed, Limits
from opendata.errors import SourceFailure

# The largest page that the client takes by default, 64 MiB, is parsed in 15 to 40 seconds by a
# processor that does nothing else, and takes half a gibibyte.
_SECONDS = 180
_GIBIBYTES = 1
_MEBIBYTES = 96  # of lines: they are up to a quarter longer than the page
_LIMITS = Limits(_SECONDS, memory=_GIBIBYTES * 1024**3, output=_MEBIBYTES * 1024**2)
# Short ones of different nodes take most memory here, where lines are bounded by length alone.
_MOST_TRIPLES = 1_000_000
_FACTS = {
    "time": f"reading its RDF takes longer than {_SECONDS} seconds; ask for smaller pages",
    "memory": f"reading its RDF takes more than {_GIBIBYTES} GiB of memory; ask for smaller pages",
    "output": f"its RDF says more than {_MEBIBYTES} MiB of text; ask for smaller pages",
    "crash": "the parser broke down over its RDF; ask for another form of it",
}


def read(body: bytes, syntax: str, *, base: str, where: str) -> Graph:
    """Return the page; raise `SourceFailure` bad-rdf or unsafe-xml for what cannot be read, or
    not within the limits."""
    task = f"{__name__}:lines"
    try:
        found = confined.run(task, [syntax, base, where], limits=_LIMITS, stdin=body)
    except Killed as err:
        fact = f"{_FACTS[err.why]} ({err.detail})" if err.detail else _FACTS[err.why]
        raise SourceFailure("bad-rdf", where, fact) from err
    page, node = Graph(where), ""
    for line in io.BytesIO(found):
        *first, name, value = json.loads(line)
        node = first[0] if first else node
        page.add(node, name, value if isinstance(value, str) else Literal(*value))
    return page


def lines(arguments: Sequence[str], body: bytes) -> bytes:
    """Parse a page, given its syntax, base and place: what the child does."""
    # rdflib takes a fifth of a second to load: only who parses a page waits for it.
    from harvesters import dcat_rdf

    syntax, base, where = arguments
    written = _Lines(where)
    dcat_rdf.read(body, syntax, base=base, where=where, add=written.add)
    return bytes(written.text)


class _Lines:
    def __init__(self, where: str) -> None:
        self.text = bytearray()
        self._where = where
        self._node = ""
        self._count = 0

    def add(self, node: str, iri: str, value: Value) -> None:
        self._count += 1
        if self._count > _MOST_TRIPLES:
            fact = f"its RDF has more than {_MOST_TRIPLES} triples; ask for smaller pages"
            raise SourceFailure("bad-rdf", self._where, fact)
        told = value if isinstance(value, str) else [value.text, value.language, value.datatype]
        first = [] if node == self._node else [node]
        self._node = node
        self.text += mapping.as_bytes([*first, short(iri), told]) + b"\n"
