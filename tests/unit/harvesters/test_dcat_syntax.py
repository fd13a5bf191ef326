"""How a page is written is told by its media type, then its first bytes, then its extension."""

from __future__ import annotations

import pytest

from harvesters import dcat_syntax
from opendata.errors import SourceFailure
from opendata.harvester import Document


def recognised(body: bytes, media_type: str = "", path: str = "catalog", forced: str = "") -> str:
    document = Document(f"http://data.example/{path}", body, media_type)
    return dcat_syntax.recognise(document, "here", forced=forced)


@pytest.mark.parametrize(
    ("media_type", "syntax"),
    [
        ("application/ld+json", "jsonld"),
        ("application/json", "jsonld"),
        ("text/turtle", "turtle"),
        ("application/rdf+xml", "rdfxml"),
        ("text/xml", "rdfxml"),
        ("application/n-triples", "ntriples"),
    ],
)
def test_media_type_counts_first(media_type: str, syntax: str) -> None:
    assert recognised(b"{ whatever", media_type, "catalog.pdf") == syntax


@pytest.mark.parametrize(
    ("body", "syntax"),
    [
        (b' {"@graph": []}', "jsonld"),
        (b'[ {"@id": "x"}]', "jsonld"),
        (b'\xef\xbb\xbf{"@graph": []}', "jsonld"),
        ('{"@graph": []}'.encode("utf-16"), "jsonld"),
        (b'<?xml version="1.0"?><rdf:RDF/>', "rdfxml"),
        (b"<!-- x --><rdf:RDF/>", "rdfxml"),
        (b'<rdf:RDF\n xmlns:rdf="x"/>', "rdfxml"),
        (b"@prefix dct: <x> .", "turtle"),
        (b"PREFIX dct: <x>", "turtle"),
        (b"# a comment\n\n# one more\n@base <x> .", "turtle"),
        (b"<http://x.example/a> a <b> .", "turtle"),
    ],
)
@pytest.mark.parametrize("media_type", ["", "text/plain", "application/octet-stream", "text/html"])
def test_first_bytes_count_next(body: bytes, syntax: str, media_type: str) -> None:
    assert recognised(body, media_type, "catalog.nt") == syntax


@pytest.mark.parametrize(
    ("path", "syntax"),
    [
        ("c.ttl", "turtle"),
        ("c.RDF?x=.json", "rdfxml"),
        ("c.jsonld", "jsonld"),
        ("c.nt", "ntriples"),
    ],
)
def test_extension_counts_last(path: str, syntax: str) -> None:
    assert recognised(b"_:a _:b _:c .", "text/plain", path) == syntax


def test_what_is_forced_counts_before_all() -> None:
    assert recognised(b"{", "application/json", "c.json", forced="turtle") == "turtle"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"<!doctype HTML><p>", "unexpected-type"),
        (b"<!-- x -->\n<html>", "unexpected-type"),
        ("<!DOCTYPE html><html>".encode("utf-16"), "unexpected-type"),
        (b"id,name\n", "unexpected-type"),
    ],
)
def test_what_is_no_rdf_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        recognised(body)
    assert caught.value.reason == reason


def test_web_page_is_refused_whatever_it_is_called() -> None:
    with pytest.raises(SourceFailure) as caught:
        recognised(b"<html>", "application/rdf+xml", "catalog.rdf", forced="rdfxml")
    assert caught.value.reason == "unexpected-type"


def test_all_forms_are_asked_for() -> None:
    assert dcat_syntax.accept("").split(",")[0] == "application/ld+json"
    assert dcat_syntax.accept("turtle").split(",")[0] == "text/turtle"
    for media_type in ("text/turtle", "application/rdf+xml", "application/ld+json", "*/*"):
        assert media_type in dcat_syntax.accept("")


def test_comments_without_end_cost_no_time() -> None:
    head = b"<!---->" * 290 + b"<rdf:RDF xmlns:rdf='x'/>"
    document = Document("https://x.vn/catalog", head, "")
    assert dcat_syntax.recognise(document, "x", forced="") == dcat_syntax.RDFXML
