"""The guard before the XML parser: nothing that fetches, expands or nests without end comes by."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from opendata.errors import SourceFailure

MOST_TEXT = 200_000  # characters of one value, as the metadata profile has it
_PARSE_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns# parseType"
_MOST_DEPTH = 100  # of elements: a catalogue has about ten
_MOST_ATTRIBUTES = 1_000  # of one element; each is a triple to be made
_MOST_PREFIXES = 200  # namespace declarations in force at one place


def check(body: bytes, where: str) -> None:
    """Raise `SourceFailure` for XML with a DOCTYPE (unsafe-xml) and for what is not sound XML.

    It is read by the same parser and in the same encoding as later, so that no document can look
    harmless here and be another one there.
    """
    guard = _Guard(where)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = guard.refuse_doctype
    parser.EntityDeclHandler = guard.refuse_doctype
    parser.StartElementHandler = guard.enter
    parser.EndElementHandler = guard.leave
    parser.CharacterDataHandler = guard.read
    parser.StartNamespaceDeclHandler = guard.declare
    parser.EndNamespaceDeclHandler = guard.forget
    try:
        parser.Parse(body, True)  # noqa: FBT003 - the parser takes it so
    except expat.ExpatError as err:
        fact = f"the XML is not sound at line {err.lineno}: {expat.ErrorString(err.code)}"
        raise SourceFailure("bad-rdf", where, fact) from err
    except (LookupError, ValueError) as err:
        raise SourceFailure("bad-rdf", where, "the XML names an unknown encoding") from err


class _Guard:
    def __init__(self, where: str) -> None:
        self._where = where
        self._depth = 0
        self._prefixes = 0
        self._text = 0  # characters since the last tag

    def refuse_doctype(self, *declaration: object) -> NoReturn:
        fact = "the XML has a DOCTYPE, which may name files and addresses; ask for it without"
        raise SourceFailure("unsafe-xml", self._where, fact)

    def enter(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            fact = f"the XML nests deeper than {_MOST_DEPTH} elements"
            raise SourceFailure("bad-rdf", self._where, fact)
        self._text = 0
        if attributes.get(_PARSE_TYPE) == "Literal":
            # The parser copies such markup anew for every letter.
            fact = "the XML holds markup as a value (parseType Literal); ask for plain text"
            raise SourceFailure("bad-rdf", self._where, fact)
        if len(attributes) > _MOST_ATTRIBUTES:
            fact = f"an element of the XML has more than {_MOST_ATTRIBUTES} attributes"
            raise SourceFailure("bad-rdf", self._where, fact)

    def leave(self, name: str) -> None:
        self._depth -= 1
        self._text = 0

    def read(self, text: str) -> None:
        self._text += len(text)
        if self._text > MOST_TEXT:
            fact = f"a value of the XML is longer than {MOST_TEXT} characters"
            raise SourceFailure("bad-rdf", self._where, fact)

    def declare(self, prefix: str | None, uri: str) -> None:
        self._prefixes += 1
        if self._prefixes > _MOST_PREFIXES:
            fact = f"the XML declares more than {_MOST_PREFIXES} prefixes at one place"
            raise SourceFailure("bad-rdf", self._where, fact)

    def forget(self, prefix: str | None) -> None:
        self._prefixes -= 1
