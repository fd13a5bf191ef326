"""The search fields in one table: what each is, what it weighs, whether it is a facet or a sort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from opendata.search import text
from opendata.search.base import SearchDocument

# Every text field is indexed three times: with marks, without, and as pairs of neighbours.
EXACT, FOLDED, BIGRAMS = "_x", "_f", "_b"
# Stands in a form that has no token, and is none: some engines take the rarity of a word from all
# documents, others from those that have the field at all. So all have it.
EMPTY = "-"


@dataclass(frozen=True)
class Field:
    """One field of the index, filled from the keys `sources` of the search document.

    `sort` names the order that people may choose; dates run from new to old, keywords from A to Z.
    """

    name: str
    kind: Literal["text", "keyword", "date"]
    sources: tuple[str, ...]
    weight: float = 0.0
    facet: bool = False
    sort: str = ""


FIELDS = (
    Field("title", "text", ("title", "title_en"), weight=3.0),
    Field("keywords", "text", ("keywords",), weight=2.0),
    Field("publisher_name", "text", ("publisher_name",), weight=1.2),
    Field("notes", "text", ("notes", "notes_en"), weight=1.0),
    Field("columns", "text", ("columns",), weight=0.8),
    Field("publisher", "keyword", ("publisher",), facet=True),
    Field("theme", "keyword", ("theme",), facet=True),
    Field("format", "keyword", ("format",), facet=True),
    Field("licence", "keyword", ("licence",), facet=True),
    Field("schema", "keyword", ("schema",), facet=True),
    Field("modified", "date", ("modified",), sort="modified"),
    Field("created", "date", ("created",), sort="created"),
    Field("title_sort", "keyword", ("title_sort",), sort="title"),
)

TEXT = tuple(field for field in FIELDS if field.kind == "text")
FACETS = tuple(field.name for field in FIELDS if field.facet)
SORTED = tuple(field for field in FIELDS if field.sort)
RELEVANCE = "relevance"
SORTS = (RELEVANCE, *(field.sort for field in SORTED))


def values(document: SearchDocument, field: Field) -> list[str]:
    """Return what a document has for a field, one string a value; empty values are left out."""
    found = (document.get(source) for source in field.sources)
    listed = (value if isinstance(value, (list, tuple)) else [value] for value in found)
    return [str(item) for items in listed for item in items if item]


def forms(document: SearchDocument) -> dict[str, str]:
    """Return the strings of all text fields, ready for an engine that splits at white space."""
    prepared = {}
    for field in TEXT:
        # Each value by itself: no pair may join the end of one with the start of the next.
        analysed = [text.analyse(value) for value in values(document, field)]
        tokens = [token for part in analysed for token in part]
        prepared[field.name + EXACT] = " ".join(token.exact for token in tokens)
        prepared[field.name + FOLDED] = " ".join(token.folded for token in tokens)
        prepared[field.name + BIGRAMS] = " ".join(
            pair for part in analysed for pair in text.bigrams(part)
        )
    return prepared
