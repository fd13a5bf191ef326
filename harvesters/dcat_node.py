"""One node of a page, read property by property without trusting any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from harvesters import mapping
from harvesters.dcat_graph import Graph, Literal, Value, is_blank
from opendata.records import Problem, Text, clean_text

_MAX_VALUE = 200  # characters of a bad value that a problem shows
# What a node is called, by the vocabularies of agents, cards, concepts, places and statements.
_LABELS = ("foaf:name", "vcard:fn", "skos:prefLabel", "rdfs:label", "dct:title") + (
    *("schema:name", "locn:geographicName", "rdf:value", "dct:description"),
)
_PREFERRED = ("vi", "", "en")

Parsed = TypeVar("Parsed")


@dataclass
class Notes:
    """What is wrong with a dataset, and what of it finds no place."""

    problems: list[Problem] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Node:
    """A node as fields: what does not fit becomes a `Problem`, what nobody asks for is lost."""

    def __init__(self, graph: Graph, name: str, notes: Notes, *, path: str = "") -> None:
        self.graph = graph
        self.name = name
        self.notes = notes
        self._path = path
        self._asked = {"rdf:type"}

    @property
    def iri(self) -> str:
        """The node's own IRI; nothing for a blank node."""
        return "" if is_blank(self.name) else self.name

    def values(self, *names: str) -> list[Value]:
        """Return all values of these properties."""
        self._asked.update(names)
        return [value for name in names for value in self.graph.values(self.name, name)]

    def inner(self, name: str, *, path: str) -> list[Node]:
        """Return the nodes that a property leads to and that the page describes."""
        targets = [self.graph.target(value) for value in self.values(name)]
        return [Node(self.graph, target, self.notes, path=path) for target in targets if target]

    def literals(self, name: str) -> list[Literal]:
        """Return the texts of a property; a node that is described counts as what it is called."""
        found: list[Literal] = []
        for value in self.values(name):
            labels = [value] if isinstance(value, Literal) else _labels(self.graph, value)
            if not labels:
                self.lose(f"{name} (no name)")
            found += labels
        return [text for text in found if text.text]

    def texts(self, name: str, *, language: str) -> Text:
        """Return a text by language; one that does not say its language counts as the one given.

        Of other languages than Vietnamese and English one is kept, as `und`, and told as lost.
        """
        kept: Text = {}
        for literal in sorted(self.literals(name), key=_is_foreign):
            tag = _language(literal) or language
            key = tag if tag in mapping.LANGUAGES else "und"
            is_kept = kept.setdefault(key, literal.text) == literal.text
            if tag not in mapping.LANGUAGES or not is_kept:
                self.lose(f"{name}@{literal.language}" if literal.language else f"{name} (more)")
        return kept

    def text(self, *names: str) -> str:
        """Return one text, Vietnamese before untold before English before any other."""
        for name in names:
            found = sorted(self.literals(name), key=_preference)
            for other in found[1:]:
                if other.text != found[0].text:
                    self.lose(f"{name}@{other.language}" if other.language else f"{name} (more)")
            if found:
                return found[0].text
        return ""

    def label(self) -> str:
        """Return what the node is called, in one language."""
        return self.text(*_LABELS)

    def names(self, *, language: str) -> Text:
        """Return what the node is called, by language."""
        found = (self.texts(name, language=language) for name in _LABELS)
        return next(filter(None, found), {})

    def words(self, name: str) -> tuple[str, ...]:
        """Return each value as a text: what a node is called, else its IRI."""
        return tuple(dict.fromkeys(literal.text for literal in self.literals(name)))

    def url(self, *names: str) -> str:
        """Return the first http or https address; any other value is a problem."""
        for name in names:
            for value in self.values(name):
                text = value.text if isinstance(value, Literal) else value
                if mapping.is_web_url(text):
                    return text
                self.problem("bad-url", name, text)
        return ""

    def date(self, name: str) -> date | None:
        """Return a day, whatever datatype it claims; a bad one is a problem."""
        return self._parsed(name, mapping.parse_date)

    def moment(self, name: str) -> datetime | None:
        """Return a moment in UTC; a bad one is a problem."""
        return self._parsed(name, mapping.parse_moment)

    def problem(self, code: str, name: str, value: object = "", *, rule: str = "") -> None:
        """Note what is wrong with a property."""
        shown = clean_text(value)[:_MAX_VALUE]
        self.notes.problems.append(Problem(code, f"{self._path}{name}", shown, rule=rule))

    def lose(self, name: str) -> None:
        """Note what finds no place."""
        self.notes.lost.append(f"{self._path}{clean_text(name)[:80]}")

    def lose_unasked(self) -> None:
        """Note every property that nobody asked for."""
        for name in self.graph.names(self.name):
            if name not in self._asked:
                self.lose(name)

    def _parsed(self, name: str, parse: Callable[[str], Parsed | None]) -> Parsed | None:
        for literal in self.literals(name):
            value = parse(literal.text)
            if value is not None:
                return value
            self.problem("bad-date", name, literal.text)
        return None


def last_part(iri: str) -> str:
    """Return the word that an IRI ends in, and any other text as it is."""
    return re.split(r"[/#]", iri.rstrip("/#"))[-1] if mapping.is_web_url(iri) else iri


def _labels(graph: Graph, node: str) -> list[Literal]:
    for name in _LABELS:
        found = [value for value in graph.values(node, name) if isinstance(value, Literal)]
        if found:
            return found
    return [] if is_blank(node) else [Literal(node)]


def _language(literal: Literal) -> str:
    return literal.language.lower().partition("-")[0]


def _is_foreign(literal: Literal) -> bool:
    return _language(literal) not in ("", *mapping.LANGUAGES)


def _preference(literal: Literal) -> tuple[int, str]:
    language = _language(literal)
    return (_PREFERRED.index(language) if language in _PREFERRED else len(_PREFERRED), language)
