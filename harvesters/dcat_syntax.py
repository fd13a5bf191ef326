"""How a page is written: JSON-LD, Turtle, RDF/XML or N-Triples, or none of them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from opendata.errors import SourceFailure
from opendata.harvester import Document

JSONLD, TURTLE, RDFXML, NTRIPLES = "jsonld", "turtle", "rdfxml", "ntriples"
# What an administrator may force; Turtle contains N-Triples.
FORMATS = (JSONLD, TURTLE, RDFXML)

_ACCEPT = {
    JSONLD: "application/ld+json",
    RDFXML: "application/rdf+xml",
    TURTLE: "text/turtle",
    NTRIPLES: "application/n-triples",
}
_OF_MEDIA_TYPE = {media_type: name for name, media_type in _ACCEPT.items()} | {
    "application/json": JSONLD,
    "application/x-turtle": TURTLE,
    "application/xml": RDFXML,
    "text/xml": RDFXML,
}
_OF_FIRST_BYTES = (
    (re.compile(rb"\{|\[\s*\{"), JSONLD),
    (re.compile(rb"<\?xml|<!--|<!DOCTYPE|<[A-Za-z_][\w.:-]*\s[^>]*xmlns"), RDFXML),
    (re.compile(rb"@prefix|@base|prefix\s|base\s|<[a-z]+:[^>\s]*>\s", re.IGNORECASE), TURTLE),
)
_OF_EXTENSION = {
    ".json": JSONLD,
    ".jsonld": JSONLD,
    ".nt": NTRIPLES,
    ".rdf": RDFXML,
    ".ttl": TURTLE,
    ".xml": RDFXML,
}
_HTML = re.compile(rb"<(!doctype\s+html|html)\b", re.I)
_BEFORE_HTML = re.compile(rb"<\?xml[^>]*>|<!--.*?-->|\s+", re.S)
_COMMENTS = re.compile(rb"(#[^\n]*\n|\s)+")
_HEAD = 2048  # bytes to look at


def accept(forced: str) -> str:
    """Return the Accept header: the format that is forced first, else JSON-LD, the quickest."""
    first = forced or JSONLD
    others = (media_type for name, media_type in _ACCEPT.items() if name != first)
    return ", ".join([_ACCEPT[first], *(f"{name};q=0.8" for name in others), "*/*;q=0.1"])


def recognise(document: Document, where: str, *, forced: str) -> str:
    """Return how a page is written: as forced, by media type, by first bytes, by extension.

    Raises `SourceFailure` for an empty answer and for a web page.
    """
    # Text in UTF-16 has a zero beside each letter of these signs.
    head = document.body[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not head:
        raise SourceFailure("empty", where, "the answer is empty")
    if _is_web_page(head):
        raise SourceFailure("unexpected-type", where, "a web page came where a catalogue was due")
    extension = PurePosixPath(urlsplit(document.url).path).suffix.lower()
    found = (
        forced
        or _OF_MEDIA_TYPE.get(document.media_type)
        or _by_first_bytes(head)
        or _OF_EXTENSION.get(extension)
    )
    if not found:
        fact = "what came is not known as RDF; set the option format if it is"
        raise SourceFailure("unexpected-type", where, fact)
    return found


def _is_web_page(head: bytes) -> bool:
    """Say so by the first tag; comment by comment, since one pattern for all may never end."""
    start = 0
    while skipped := _BEFORE_HTML.match(head, start):
        start = skipped.end()
    return _HTML.match(head, start) is not None


def _by_first_bytes(head: bytes) -> str | None:
    told = _COMMENTS.sub(b"", head, count=1) if head.startswith(b"#") else head
    return next((name for sign, name in _OF_FIRST_BYTES if sign.match(told)), None)
