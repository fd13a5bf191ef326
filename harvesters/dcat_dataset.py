"""One dataset of a page as a record of ours: what is kept, what is wrong, what is lost."""

from __future__ import annotations

import hashlib
import re

from harvesters import dcat_file, dcat_period, dcat_raw, mapping
from harvesters.dcat_graph import Graph, Literal
from harvesters.dcat_node import Node, Notes, last_part
from opendata.records import Contact, PublisherName, RejectedRecord, SourceRecord, Text

# A shape in JSON or as well-known text, or a box of coordinates: the catalogue keeps names.
_SHAPE = re.compile(
    r"[{\[]|(<[^>]*>\s*)?(multi)?(polygon|point|envelope|bbox)\b|-?\d+(\.\d+)?\s*,", re.IGNORECASE
)
_CODES = ("dct:identifier", "skos:notation")
_LANGUAGES = {"vi": "vi", "vie": "vi", "en": "en", "eng": "en"}


def read(
    graph: Graph, name: str, upstream_id: str, notes: Notes, *, language: str
) -> SourceRecord | RejectedRecord:
    """Turn one node into a record; without an id or a title it is rejected.

    `notes` may hold already what is wrong with it: an identifier that another dataset has, too.
    """
    dataset = Node(graph, name, notes)
    raw = dcat_raw.document(graph, name)
    if raw.is_cut:
        dataset.lose("raw (cut)")
    title = dataset.texts("dct:title", language=language)
    if not upstream_id and not notes.problems:
        dataset.problem("missing-id", "dct:identifier")
    if not title:
        dataset.problem("missing-title", "dct:title")
    if not upstream_id or not title:
        nameless = f"blank node {hashlib.sha256(raw.body).hexdigest()[:12]}"
        return RejectedRecord(upstream_id or nameless, raw.body, tuple(notes.problems))
    return _record(dataset, upstream_id, title, raw.body, language)


def _record(
    dataset: Node, upstream_id: str, title: Text, raw: bytes, language: str
) -> SourceRecord:
    dataset.values("dct:identifier", "dcat:identifier")  # whoever gave the id has read them
    distributions, licence = dcat_file.read(
        dataset, licence_told=dcat_file.reference(dataset, "dct:license")
    )
    return SourceRecord(
        upstream_id=upstream_id,
        title=title,
        raw=raw,
        notes=dataset.texts("dct:description", language=language),
        publisher=_publisher(dataset, language),
        keywords=dataset.words("dcat:keyword"),
        themes=dataset.words("dcat:theme"),
        licence=licence,
        frequency=last_part(dataset.text("dct:accrualPeriodicity")),
        landing_page=dataset.url("dcat:landingPage"),
        areas=_areas(dataset),
        period=dcat_period.read(dataset),
        issued=dataset.date("dct:issued"),
        modified=dataset.moment("dct:modified"),
        language=_language(dataset, language),
        contact=_contact(dataset),
        provenance=dataset.texts("dct:provenance", language=language),
        distributions=distributions,
        lost=_lost(dataset),
        problems=tuple(dataset.notes.problems),  # last: what stands above notes them
    )


def _publisher(dataset: Node, language: str) -> PublisherName | None:
    told = dataset.values("dct:publisher")
    agents = dataset.inner("dct:publisher", path="publisher.")
    if len(agents) > 1:
        dataset.lose("dct:publisher (more)")
    names: Text = {}
    code = ""
    if agents:
        names, code = agents[0].names(language=language), agents[0].text(*_CODES)
        agents[0].lose_unasked()
    elif any(isinstance(value, Literal) for value in told):
        names = dataset.texts("dct:publisher", language=language)
    elif told:
        dataset.lose("dct:publisher (not described)")
    name = names.get("vi") or names.get("en") or names.get("und", "")
    english = names.get("en", "") if "vi" in names else ""
    return PublisherName(name or code, code, english) if name or code else None


def _contact(dataset: Node) -> Contact | None:
    names = ("dcat:contactPoint", "adms:contactPoint")
    cards = [card for name in names for card in dataset.inner(name, path="contact.")]
    plain = [value.text for value in dataset.values(*names) if isinstance(value, Literal)]
    told = [Contact(name=text) for text in plain if not dataset.graph.target(text)]
    found = {*map(_card, cards), *told} - {Contact()}
    ordered = sorted(found, key=lambda contact: (contact.name, contact.email, contact.phone))
    if len(ordered) > 1:
        dataset.lose("dcat:contactPoint (more)")
    return ordered[0] if ordered else None


def _card(card: Node) -> Contact:
    contact = Contact(
        name=card.label() or card.text("vcard:organization-name"),
        email=_address(card, "mailto:", "vcard:hasEmail", "vcard:email", "foaf:mbox"),
        phone=_address(card, "tel:", "vcard:hasTelephone", "vcard:tel"),
    )
    card.lose_unasked()
    return contact


def _address(card: Node, scheme: str, *names: str) -> str:
    """Return the first address without its scheme; it may stand in a node of its own."""
    for value in card.values(*names):
        target = card.graph.target(value)
        held = card.graph.values(target, "vcard:hasValue") if target else [value]
        for part in held:
            text = part.text if isinstance(part, Literal) else part
            if text.lower().startswith(scheme):
                text = text[len(scheme) :]
            if text:
                return text
    return ""


def _areas(dataset: Node) -> tuple[str, ...]:
    for place in dataset.inner("dct:spatial", path="spatial."):
        place.label()
        place.lose_unasked()
    words = dataset.words("dct:spatial")
    kept = tuple(word for word in words if not _SHAPE.match(word))
    if len(kept) < len(words):
        dataset.lose("dct:spatial")
    return kept


def _language(dataset: Node, default: str) -> str:
    """Return the language of the data, where it tells any; several: the one of the source."""
    told = [
        value.text if isinstance(value, Literal) else last_part(value)
        for value in dataset.values("dct:language")
    ]
    found = {_LANGUAGES.get(word.lower().partition("-")[0], "und") for word in told}
    if not found or default in found:
        return default
    return next(language for language in mapping.LANGUAGES if language in found)


def _lost(dataset: Node) -> tuple[str, ...]:
    if dataset.graph.is_a(dataset.name, "dcat:DatasetSeries"):
        dataset.lose("dcat:DatasetSeries")
    dataset.lose_unasked()
    return mapping.short(dataset.notes.lost)
