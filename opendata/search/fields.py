"""The search fields in one table: what each is, what it weighs, whether it is a facet or a sort."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from opendata.search import places, text
from opendata.search.base import SearchDocument
from opendata.search.knowledge import published

# Every text field is indexed three times: with marks, without, and as pairs of neighbours; titles
# also by the beginnings of their words.
EXACT, FOLDED, BIGRAMS, PREFIXES = "_x", "_f", "_b", "_p"
LONGEST_PREFIX = 10
# Stands in a form that has no token, and is none: some engines take the rarity of a word from all
# documents, others from those that have the field at all. So all have it.
EMPTY = "-"


@dataclass(frozen=True)
class Field:
    """One field of the index, filled from the keys `sources` of the search document.

    A `label` is text that is sought only where a query names it. Years and dates are found by
    ranges too. `facet`: its values are counted
    and chosen; `filter`: chosen only. `derive` makes the values of a keyword that no source tells
    and that only trees ask for. `sort` names the order that people may choose; dates run
    from new to old, numbers from high to low, keywords from A to Z.
    """

    name: str
    kind: Literal["text", "label", "keyword", "year", "date", "number"]
    sources: tuple[str, ...]
    weight: float = 0.0
    facet: bool = False
    filter: bool = False
    sort: str = ""
    derive: Callable[[SearchDocument], list[str]] | None = None


def _provinces(document: SearchDocument) -> list[str]:
    """Return the provinces that a document is about: as told, else by its title or publisher."""
    texts = [document.get("title") or "", document.get("publisher_name") or ""]
    years = document.get("period") or [""]
    period = (f"{min(years)}-01-01", f"{max(years)}-12-31") if years[0] else ("", "")
    return places.of_document(document.get("area", ()), texts, period, published().gazetteer)


PROVINCE = "province"

FIELDS = (
    Field("title", "text", ("title", "title_en"), weight=3.0),
    Field("keywords", "text", ("keywords",), weight=2.0),
    Field("publisher_name", "text", ("publisher_name",), weight=1.2),
    Field("notes", "text", ("notes", "notes_en"), weight=1.0),
    Field("columns", "text", ("columns", "column_words"), weight=0.8),
    Field("theme_name", "label", ("theme_name",), weight=1.0),
    Field("area_name", "label", ("area_name",), weight=1.0),
    Field("unit", "label", ("unit",), weight=1.0),
    Field("publisher", "keyword", ("publisher",), facet=True),
    Field("theme", "keyword", ("theme",), facet=True),
    Field("format", "keyword", ("format",), facet=True),
    Field("licence", "keyword", ("licence",), facet=True),
    Field("frequency", "keyword", ("frequency",), facet=True),
    Field("area", "keyword", ("area",), facet=True),
    Field("period", "year", ("period",), facet=True),
    Field("language", "keyword", ("language",), facet=True),
    Field("schema", "keyword", ("schema",), facet=True),
    Field("validity", "keyword", ("validity",), facet=True),
    Field("access", "keyword", ("access",), facet=True),
    Field("column", "keyword", ("column",), facet=True),
    Field("code_list", "keyword", ("code_list",), filter=True),
    Field("key", "keyword", ("key",), filter=True),
    Field(PROVINCE, "keyword", (), derive=_provinces),
    Field("modified", "date", ("modified",), sort="modified"),
    Field("metadata", "date", ("metadata",), sort="metadata"),
    Field("created", "date", ("created",), sort="created"),
    Field("title_sort", "keyword", ("title_sort",), sort="title"),
    Field("downloads", "number", ("downloads",), sort="downloads"),
)

TEXT = tuple(field for field in FIELDS if field.kind == "text")
LABELS = tuple(field for field in FIELDS if field.kind == "label")
FACETS = tuple(field.name for field in FIELDS if field.facet)
FILTERS = tuple(field.name for field in FIELDS if field.facet or field.filter)
KEYWORDS = (*FILTERS, *(field.name for field in FIELDS if field.derive))
RANGED = tuple(field for field in FIELDS if field.kind in ("year", "date"))
SORTED = tuple(field for field in FIELDS if field.sort)
RELEVANCE = "relevance"
SORTS = (RELEVANCE, *(field.sort for field in SORTED))
TITLE_PREFIXES = "title" + PREFIXES

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def range_column(field: Field) -> str:
    """Return the column that holds a date or a year as a whole number."""
    return f"{field.name}_at"


def range_values(document: SearchDocument, field: Field) -> list[int]:
    """Return the whole numbers of a field of `RANGED`: years, or microseconds since 1970."""
    read = int if field.kind == "year" else moment
    return [read(value) for value in values(document, field)]


def moment(written: str) -> int:
    """Return an ISO date as microseconds since 1970; without a zone it is in UTC."""
    parsed = datetime.fromisoformat(written)
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def values(document: SearchDocument, field: Field) -> list[str]:
    """Return what a document has for a field, one string a value; empty values are left out."""
    if field.derive:
        return field.derive(document)
    found = (document.get(source) for source in field.sources)
    listed = (value if isinstance(value, (list, tuple)) else [value] for value in found)
    return [str(item) for items in listed for item in items if item]


def forms(document: SearchDocument) -> dict[str, str]:
    """Return the strings of all text fields, ready for an engine that splits at white space."""
    prepared = {}
    for field in (*TEXT, *LABELS):
        # Each value by itself: no pair may join the end of one with the start of the next.
        analysed = [text.analyse(value) for value in values(document, field)]
        tokens = [token for part in analysed for token in part]
        prepared[field.name + EXACT] = " ".join(token.exact for token in tokens)
        prepared[field.name + FOLDED] = " ".join(token.folded for token in tokens)
        prepared[field.name + BIGRAMS] = " ".join(
            pair for part in analysed for pair in text.bigrams(part)
        )
        if field.name + PREFIXES == TITLE_PREFIXES:
            prepared[TITLE_PREFIXES] = " ".join(_beginnings(tokens))
    return prepared


def _beginnings(tokens: list[text.Token]) -> list[str]:
    """Return all beginnings of the folded words, each once: `be`, `ben`, `benh`."""
    found = {
        token.folded[:length]: None
        for token in tokens
        for length in range(1, min(len(token.folded), LONGEST_PREFIX) + 1)
    }
    return list(found)
