"""A page is parsed in a process of its own: it comes back whole, or not at all."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from harvesters import dcat_triples
from harvesters.dcat_graph import Graph, Literal
from opendata.confined import Limits
from opendata.errors import SourceFailure
from tests.unit.harvesters.conftest import read_rdf

BASE = "http://data.example/catalog"
MIB = 1024**2
PREFIXES = "@prefix dct: <http://purl.org/dc/terms/> .\n"


def read(text: str, syntax: str = "turtle") -> Graph:
    return dcat_triples.read(text.encode(), syntax, base=BASE, where="here")


def refusal(text: str, syntax: str = "turtle") -> SourceFailure:
    with pytest.raises(SourceFailure) as caught:
        read(text, syntax)
    return caught.value


def told(graph: Graph) -> dict[str, dict[str, list[object]]]:
    return {
        node: {name: list(graph.values(node, name)) for name in graph.names(node)}
        for node in graph.nodes()
    }


def test_page_is_the_same_as_read_here() -> None:
    text = PREFIXES + (
        '<urn:b> a dct:Standard; dct:title "Đất\\u2028Nam"@vi, "1"^^<urn:t> . '
        "<urn:a> dct:relation <urn:b> . <urn:b> dct:relation <c> ."
    )
    found = read(text)
    assert told(found) == told(read_rdf(text.encode(), "turtle", base=BASE))
    assert list(found.nodes()) == ["urn:b", "urn:a"]
    assert found.values("urn:b", "dct:title")[1] == Literal("Đất\u2028Nam", "vi")


@pytest.mark.parametrize(
    ("text", "syntax", "reason"),
    [
        (PREFIXES + "<urn:a> dct:title unbound:x .", "turtle", "bad-rdf"),
        ("<!DOCTYPE a><a/>", "rdfxml", "unsafe-xml"),
    ],
)
def test_refusal_of_the_child_is_told_as_it_is(text: str, syntax: str, reason: str) -> None:
    failure = refusal(text, syntax)
    with pytest.raises(SourceFailure) as caught:
        read_rdf(text.encode(), syntax, base=BASE)
    assert failure.reason == reason
    assert str(failure) == str(caught.value)


@pytest.mark.parametrize(
    ("limits", "fact"),
    [
        (Limits(0.01, 1024 * MIB, MIB), "takes longer than 180 seconds; ask for smaller pages"),
        (Limits(60, 64 * MIB, MIB), "takes more than 1 GiB of memory; ask for smaller pages"),
        (Limits(60, 1024 * MIB, 100), "says more than 96 MiB of text; ask for smaller pages"),
    ],
)
def test_page_over_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, fact: str
) -> None:
    monkeypatch.setattr(dcat_triples, "_LIMITS", limits)
    page = {"@id": "urn:a", "http://purl.org/dc/terms/title": ["x" * 1_000 for _ in range(50_000)]}
    failure = refusal(json.dumps(page), "jsonld")
    assert failure.reason == "bad-rdf"
    assert fact in str(failure)


def test_triples_of_a_page_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dcat_triples, "_MOST_TRIPLES", 3)
    text = PREFIXES + "<urn:a> dct:relation <urn:b>, <urn:c>, <urn:d>"
    assert dcat_triples.lines(["turtle", BASE, "here"], f"{text} .".encode()).count(b"\n") == 3
    with pytest.raises(SourceFailure, match="more than 3 triples"):
        dcat_triples.lines(["turtle", BASE, "here"], f"{text}, <urn:e> .".encode())


def test_very_long_iris_stay_apart_and_are_no_addresses() -> None:
    long = "http://data.example/" + "x" * 2_000
    graph = read(
        PREFIXES + f"<urn:a> dct:relation <{long}1>, <{long}2> . <{long}1> dct:title 'T' ."
        f" <urn:b> dct:relation <{'u:' + 'x' * 1_998}> ."
    )
    names = graph.values("urn:a", "dct:relation")
    assert len(names) == 2
    assert all(str(name).startswith("too-long:") and 500 < len(str(name)) < 2_000 for name in names)
    (described,) = filter(graph.target, names)
    assert graph.values(str(described), "dct:title") == [Literal("T")]
    assert graph.target(Literal(f"{long}1")) == described
    assert graph.values("urn:b", "dct:relation") == ["u:" + "x" * 1_998]


def test_harvesting_process_never_loads_the_parser() -> None:
    code = "import sys, harvesters; sys.exit('rdflib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
