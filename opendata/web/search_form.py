"""The address of a search: read into a query, and written again for facets, chips and sorts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata.models import Publisher
from opendata.records import clean_text
from opendata.search.base import FacetCount, Query, Results
from opendata.search.language import MAX_TEXT
from opendata.services import catalogue, table_schemas
from opendata.services.searchable_columns import LIST_KEY
from opendata.services.table_schemas import code_lists
from opendata.web import i18n, labels, paging

# In the order of the page; the first ones are open.
FACETS = (
    "publisher",
    "theme",
    "area",
    "format",
    "period",
    "licence",
    "frequency",
    "schema",
    "column",
    "validity",
    "access",
    "language",
)
OPEN_FACETS = FACETS[:4]
# Filters that links of other pages set, and that are not counted.
FILTERS = (*FACETS, "code_list", "key")
SORTS = ("relevance", "modified", "metadata", "title", "downloads", "created")
_MAX_VALUE = 200
_MAX_VALUES = 20


@dataclass(frozen=True)
class Choice:
    """One value of a facet: following `href` adds it to the search, or takes it away."""

    label: str
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """One way to narrow a search."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    is_open: bool


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address of the search without it."""

    facet: str
    label: str
    href: str


Namer = Callable[[str], str]


def read(size: int) -> Query:
    """Read the request: what is unknown is left out, what is too long is cut and said so."""
    # One letter more than is sought, so that the search knows of the cut.
    text = clean_text(request.args.get("q", "")[: MAX_TEXT + 1])
    sort = request.args.get("sort", "")
    if sort not in SORTS or (sort == "relevance" and not text):
        sort = default_sort(text)
    return Query(
        text=text,
        filters={name: values for name in FILTERS if (values := _values(name))},
        sort=sort,
        page=paging.asked_exactly(),
        size=size,
        after=request.args.get("after", ""),
        literal=request.args.get("literal") == "1",
    )


def default_sort(text: str) -> str:
    """Return the order of a search that names none."""
    return "relevance" if text else "modified"


def _values(name: str) -> list[str]:
    given = (clean_text(value) for value in request.args.getlist(name)[:_MAX_VALUES])
    return list(dict.fromkeys(value for value in given if value and len(value) <= _MAX_VALUE))


def parameters(query: Query) -> dict[str, object]:
    """Return the parameters of a search's address, without page and without what is default."""
    return {
        **({"q": query.text} if query.text else {}),
        **{name: list(query.filters[name]) for name in FILTERS if query.filters.get(name)},
        **({"sort": query.sort} if query.sort != default_sort(query.text) else {}),
        **({"literal": "1"} if query.literal else {}),
    }


def href(query: Query) -> str:
    """Return the address of the first page of a search."""
    return i18n.link("search.page", **parameters(query))


def onward(query: Query, cursor: str) -> str:
    """Return the address of the page behind a cursor; none without one."""
    return i18n.link("search.page", **parameters(query), after=cursor) if cursor else ""


def sorts(query: Query) -> list[tuple[str, str, bool]]:
    """Return (name, address, whether it is in force) of every order that makes sense here."""
    return [
        (labels.sort_name(sort), href(replace(query, sort=sort)), sort == query.sort)
        for sort in SORTS
        if query.text or sort != "relevance"
    ]


def facets(query: Query, results: Results, names: Mapping[str, Namer]) -> list[Facet]:
    """Return the facets that have something to choose."""
    found = []
    for name in FACETS:
        choices = [
            _choice(query, name, entry.value, entry.count, names)
            for entry in _arranged(name, results.facets.get(name, ()))
        ]
        if choices:
            is_open = name in OPEN_FACETS or bool(query.filters.get(name))
            found.append(Facet(name, labels.facet_name(name), tuple(choices), is_open))
    return found


def _arranged(name: str, counts: Sequence[FacetCount]) -> Sequence[FacetCount]:
    """Years run from the newest; all else from the most frequent, as the engine counts it."""
    if name == "period":
        return sorted(counts, key=lambda entry: entry.value, reverse=True)
    return counts


def chips(query: Query, names: Mapping[str, Namer]) -> list[Chip]:
    """Return the filters in force."""
    return [
        Chip(labels.facet_name(name), names[name](value), href(_toggled(query, name, value)))
        for name in FILTERS
        for value in query.filters.get(name, ())
    ]


def namers(session: Session) -> dict[str, Namer]:
    """Return what turns the values of each facet into names."""
    return {
        "publisher": _publisher_namer(session),
        "theme": labels.theme_name,
        "format": labels.format_name,
        "licence": labels.licence_name,
        "schema": _schema_name,
        "frequency": labels.frequency_name,
        "area": labels.area_name,
        "language": labels.language_name,
        "validity": labels.validity_name,
        "access": labels.access_name,
        "code_list": _code_list_name,
        "period": str,
        "column": str,
        "key": key_name,
    }


def key_name(key: str) -> str:
    """Return what two tables are joined by: the title of a code list, or the name of a column."""
    kind, _, name = key.rpartition(":")
    return _code_list_name(name) if f"{kind}:" == LIST_KEY else name


def _choice(query: Query, name: str, value: str, count: int, names: Mapping[str, Namer]) -> Choice:
    chosen = value in query.filters.get(name, ())
    return Choice(names[name](value), count, href(_toggled(query, name, value)), chosen)


def _toggled(query: Query, name: str, value: str) -> Query:
    values = list(query.filters.get(name, ()))
    changed = [kept for kept in values if kept != value]
    if len(changed) == len(values):
        changed.append(value)
    return replace(query, filters={**query.filters, name: changed}, page=1)


def _publisher_namer(session: Session) -> Namer:
    names = {
        publisher.slug: catalogue.publisher_name(publisher, i18n.language())
        for publisher in session.scalars(select(Publisher))
    }
    return lambda slug: names.get(slug, slug)


def _code_list_name(name: str) -> str:
    for known in code_lists.all_lists():
        if known.name == name:
            return catalogue.text_in(known.title, i18n.language())[0]
    return name


def _schema_name(name: str) -> str:
    for schema in table_schemas.all_schemas():
        if schema.name == name:
            return catalogue.text_in(schema.title, i18n.language())[0]
    return name
