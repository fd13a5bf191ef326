"""RDF read by rdflib, kept from the network, from files, and from what costs without bound.

Imported by the process that `dcat_triples` starts for a page, and by no other.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any
from xml.sax import SAXException

import rdflib
from rdflib import term
from rdflib.exceptions import Error as RdfError
from rdflib.parser import InputSource
from rdflib.plugins.parsers.jsonld import to_rdf
from rdflib.plugins.parsers.notation3 import BadSyntax, TurtleParser
from rdflib.plugins.parsers.ntriples import NTParser
from rdflib.plugins.parsers.rdfxml import RDFXMLParser

from harvesters import dcat_context, dcat_syntax, dcat_xml
from harvesters.dcat_graph import Literal, Value
from opendata.errors import SourceFailure
from opendata.records import clean_text

# A literal is what the source wrote. Turned into a value it would cost without bound (a decimal
# of a thousand million digits, XML inside a text) and end in tracebacks in the log.
term._toPythonMapping.clear()
logging.getLogger("rdflib").setLevel(logging.ERROR)

# All that the parsers raise on bad input.
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RdfError,
    RuntimeError,
    SAXException,
    SyntaxError,
    TypeError,
    ValueError,
)
_MAX_FACT = 200  # characters of a parser's complaint

Add = Callable[[str, str, Value], None]  # takes a node, the IRI of a property, and a value


class _Sink(rdflib.Graph):
    """Takes triples from a parser and hands them on; prefixes would cost by the square."""

    def __init__(self, add: Add) -> None:
        super().__init__(bind_namespaces="none")
        self.hand_on = add

    def add(self, triple: Any) -> _Sink:
        subject, predicate, value = triple
        self.hand_on(_name(subject), str(predicate), _value(value))
        return self

    def bind(self, *prefix: Any, **options: Any) -> None:
        """Keep no prefix."""


def read(body: bytes, syntax: str, *, base: str, where: str, add: Add) -> None:
    """Hand on each triple; raise `SourceFailure` bad-rdf or unsafe-xml for what cannot be read."""
    try:
        if syntax == dcat_syntax.JSONLD:
            document = dcat_context.resolve(json.loads(body), where)
            to_rdf(document, _Sink(add), base=base)
        elif syntax == dcat_syntax.RDFXML:
            dcat_xml.check(body, where)
            parser = RDFXMLParser()  # type: ignore[no-untyped-call]
            parser.parse(_source(body, base), _Sink(add))
        else:
            _check_long_texts(body, where)
            kind = NTParser if syntax == dcat_syntax.NTRIPLES else TurtleParser
            kind().parse(_source(_utf8(body), base), _Sink(add))
    except RecursionError as err:
        raise SourceFailure("bad-rdf", where, "the RDF nests too deep") from err
    except _FAULTS as err:
        raise SourceFailure("bad-rdf", where, f"the RDF is not sound: {_fact(err)}") from err


def _check_long_texts(body: bytes, where: str) -> None:
    """The parser needs four times as long for a text of several lines that is twice as long."""
    for quotes in (b'"""', b"'''"):
        longest = max(map(len, body.split(quotes)[1::2]), default=0)
        if longest > 4 * dcat_xml.MOST_TEXT:  # bytes of as many characters
            fact = f"a text of the RDF is longer than {dcat_xml.MOST_TEXT} characters"
            raise SourceFailure("bad-rdf", where, fact)


def _source(body: bytes, base: str) -> InputSource:
    source = InputSource()
    source.setByteStream(io.BytesIO(body))
    source.setPublicId(base)
    source.setSystemId(base)
    return source


def _utf8(body: bytes) -> bytes:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16").encode()
    return body.removeprefix(b"\xef\xbb\xbf")


def _name(node: Any) -> str:
    return f"_:{node}" if isinstance(node, rdflib.BNode) else clean_text(node)


def _value(value: Any) -> Value:
    if isinstance(value, rdflib.Literal):
        # One letter more than fits, so that it is still found too long where it counts.
        text = clean_text(value)[: dcat_xml.MOST_TEXT + 1]
        return Literal(text, value.language or "", str(value.datatype or ""))
    return _name(value)


def _fact(err: Exception) -> str:
    if isinstance(err, BadSyntax):  # its text quotes the page
        return f"{clean_text(err._why)[:_MAX_FACT]} at line {err.lines + 1}"
    return " ".join(clean_text(err).split())[:_MAX_FACT] or type(err).__name__
