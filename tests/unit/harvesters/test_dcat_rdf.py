"""Reading RDF touches no file and no network, and ends, whatever comes."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import harvesters
from harvesters.dcat_graph import Graph, Literal
from opendata.errors import SourceFailure
from tests.unit.harvesters.conftest import read_rdf

BASE = "http://data.example/catalog"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
DCT = 'xmlns:dct="http://purl.org/dc/terms/"'
PREFIXES = "@prefix dct: <http://purl.org/dc/terms/> .\n"
XSD = "http://www.w3.org/2001/XMLSchema#"
CONTEXTS = Path(harvesters.__file__).parent / "contexts"
OUTSIDE = "http://127.0.0.1:9/outside.jsonld"
# What asks the system for a file or an address.
WATCHED = {"open", "socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen"}

_events: list[tuple[str, Any]] = []
_is_watching = False


def _watch(event: str, arguments: Any) -> None:
    if _is_watching and event in WATCHED:
        name = str(arguments[0])
        # Our own table, and modules of Python that are loaded when they are first needed.
        if not name.startswith(str(CONTEXTS)) and not name.endswith((".py", ".pyc")):
            _events.append((event, name))


sys.addaudithook(_watch)


def read(text: str | bytes, syntax: str = "turtle") -> Graph:
    body = text.encode() if isinstance(text, str) else text
    return read_rdf(body, syntax, base=BASE)


def refusal(text: str | bytes, syntax: str) -> SourceFailure:
    with pytest.raises(SourceFailure) as caught:
        read(text, syntax)
    return caught.value


@pytest.fixture
def watched() -> Iterator[list[tuple[str, Any]]]:
    """All that is opened while the test runs, after what is loaded once."""
    global _is_watching
    read(PREFIXES)
    read("{}", "jsonld")
    read(f"<rdf:RDF {RDF}/>", "rdfxml")
    _events.clear()
    _is_watching = True
    yield _events
    _is_watching = False


@pytest.mark.parametrize(
    "document",
    [
        {"@context": OUTSIDE},
        {"@context": "file:///etc/passwd"},
        {"@context": "/etc/passwd"},
        {"@context": "context.jsonld"},
        {"@context": ["https://www.w3.org/ns/dcat", [OUTSIDE]]},
        {"@context": {"@import": OUTSIDE}},
        {"@context": {"p": {"@id": "urn:p", "@context": OUTSIDE}}},
        {"@context": {"p": {"@id": "urn:p", "@context": {"q": {"@context": [OUTSIDE]}}}}},
        {"@context": {"@context": OUTSIDE}},
        {"@context": {"@propagate": False, "@import": OUTSIDE}},
        {"@graph": [{"@id": "urn:a", "urn:p": {"@context": OUTSIDE}}]},
        {"urn:p": [{"@value": {"@context": OUTSIDE}, "@type": "@json"}]},
        [{"@included": [{"@context": OUTSIDE}]}],
    ],
    ids=str,
)
def test_context_that_is_not_bundled_is_refused_unasked(
    watched: list[tuple[str, Any]], document: Any
) -> None:
    failure = refusal(json.dumps(document), "jsonld")
    assert failure.reason == "bad-rdf"
    assert "is not bundled; ask the source to write it inline" in failure.detail
    assert watched == []


@pytest.mark.parametrize(
    ("name", "key", "property_name"),
    [
        ("https://www.w3.org/ns/dcat", "title", "dct:title"),
        ("http://www.w3.org/ns/dcat#", "dcterms:title", "dct:title"),
        ("https://www.w3.org/ns/dcat3.jsonld", "downloadURL", "dcat:downloadURL"),
        (
            "https://semiceu.github.io/DCAT-AP/releases/2.0.1/dcat-ap_2.0.1.jsonld",
            "licence",
            "dct:license",
        ),
        (
            "https://semiceu.github.io/DCAT-AP/releases/3.0.0/context/dcat-ap.jsonld",
            "Dataset.title",
            "dct:title",
        ),
        (
            "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
            "hasEmail",
            "vcard:hasEmail",
        ),
        ("https://schema.org/", "name", "schema:name"),
        ("http://www.w3.org/ns/hydra/context.jsonld", "nextPage", "hydra:nextPage"),
    ],
)
def test_known_context_is_bundled(
    watched: list[tuple[str, Any]], name: str, key: str, property_name: str
) -> None:
    document = {"@context": [name, {"x": "urn:x"}], "@id": "urn:a", key: "T"}
    graph = read(json.dumps(document), "jsonld")
    assert graph.values("urn:a", property_name) == [Literal("T")]
    assert watched == []


def test_imported_context_gives_way_to_what_is_written_beside_it() -> None:
    context = {"@import": "https://www.w3.org/ns/dcat", "title": "urn:mine"}
    graph = read(json.dumps({"@context": context, "@id": "urn:a", "title": "T"}), "jsonld")
    assert graph.names("urn:a") == ["urn:mine"]


@pytest.mark.parametrize("context", [None, {}, [], {"t": "urn:t"}, [None, {"t": "urn:t"}]])
def test_inline_contexts_are_read(context: Any) -> None:
    read(json.dumps({"@context": context, "@id": "urn:a", "t": "x"}), "jsonld")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd">',
        "<!DOCTYPE a>",
    ],
)
def test_doctype_is_refused_in_every_encoding(
    watched: list[tuple[str, Any]], doctype: str, encoding: str
) -> None:
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    declared = encoding.removesuffix("-le").removesuffix("-be")
    text = f'{mark}<?xml version="1.0" encoding="{declared}"?>{doctype}<rdf:RDF {RDF}/>'
    assert refusal(text.encode(encoding), "rdfxml").reason == "unsafe-xml"
    assert watched == []


def test_nothing_in_turtle_or_xml_is_followed(watched: list[tuple[str, Any]]) -> None:
    read(
        '@base <file:///etc/> . <passwd> <urn:p> <file:///etc/passwd>, "x"^^<http://127.0.0.1:9/> .'
    )
    read(
        f'<?xml-stylesheet href="{OUTSIDE}"?><rdf:RDF {RDF} {DCT} xml:base="file:///etc/">'
        '<rdf:Description rdf:about="passwd"><dct:title rdf:resource="file:///etc/passwd"/>'
        "</rdf:Description></rdf:RDF>",
        "rdfxml",
    )
    assert watched == []


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        (PREFIXES + "<urn:a> dct:x " + "[" * 20_000, "turtle"),
        (PREFIXES + "<urn:a> dct:x " + "(" * 20_000, "turtle"),
        ("[" * 200_000, "jsonld"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "jsonld"),
        (f"<rdf:RDF {RDF}>" + "<a>" * 100_000, "rdfxml"),
        (f"<rdf:RDF {RDF}><a " + " ".join(f'a{i}="1"' for i in range(1_001)) + "/>", "rdfxml"),
        (
            f"<rdf:RDF {RDF} " + " ".join(f'xmlns:a{i}="urn:{i}"' for i in range(9_999)) + "/>",
            "rdfxml",
        ),
        (b"\xff\xff", "turtle"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "rdfxml"),
        ('[{"@id": "urn:a", "urn:p": ' + "9" * 5_000 + "}]", "jsonld"),
        ('{"@context": {"a": {"@id": ["x"]}}, "a": 1}', "jsonld"),
        (f'<rdf:Description {RDF} {DCT} xml:lang="!!" dct:title="x"/>', "rdfxml"),
        ("<urn:a> <urn:b> .", "ntriples"),
    ],
    ids=range(13),
)
def test_broken_rdf_is_a_failure_in_one_sentence(text: str | bytes, syntax: str) -> None:
    failure = refusal(text, syntax)
    assert failure.reason == "bad-rdf"
    assert "\n" not in str(failure)
    assert len(str(failure)) < 400


def test_line_of_the_fault_is_told() -> None:
    failure = refusal(PREFIXES + "<urn:a> dct:title unbound:x .", "turtle")
    assert failure.detail == 'the RDF is not sound: Prefix "unbound:" not bound at line 2'


def test_contexts_that_cost_by_the_square_are_refused() -> None:
    terms = {f"t{number}": f"urn:{number}" for number in range(3_000)}
    nodes = [{"@context": {"z": "urn:z"}}] * 3_000
    failure = refusal(json.dumps({"@context": terms, "@graph": nodes}), "jsonld")
    assert "too many or too large" in failure.detail
    scoped = {"p": {"@id": "urn:p", "@context": terms}}
    failure = refusal(json.dumps({"@context": scoped, "@graph": [{"p": {}}] * 3_000}), "jsonld")
    assert "too many or too large" in failure.detail


def test_literals_stay_as_they_were_written(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    graph = read(
        PREFIXES + f'<urn:a> dct:x "1e999999999"^^<{XSD}decimal>, "31/02/2026"^^<{XSD}date> ,'
        f' "01"^^<{XSD}integer>, "<a><b>"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>,'
        " <urn:with%20> ."
    )
    texts = {value.text for value in graph.values("urn:a", "dct:x") if isinstance(value, Literal)}
    assert texts == {"1e999999999", "31/02/2026", "01", "<a><b>"}
    assert caplog.records == []


def test_byte_order_marks_are_no_text() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        text = PREFIXES + '<urn:a> dct:title "Đất" .'
        assert read(text.encode(encoding)).values("urn:a", "dct:title") == [Literal("Đất")]
