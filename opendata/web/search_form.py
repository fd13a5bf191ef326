"""The address of a search: read into a query, and written again for facets, chips and sorts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata.models import Publisher
from opendata.records import clean_text
from opendata.search.base import Query, Results
from opendata.services import catalogue, table_schemas
from opendata.web import i18n, labels, paging

FACETS = ("publisher", "theme", "format", "licence", "schema")
SORTS = ("relevance", "modified", "title", "created")
_MAX_TEXT = 1_000
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


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address of the search without it."""

    facet: str
    label: str
    href: str


Namer = Callable[[str], str]


def read(size: int) -> Query:
    """Read the request: what is unknown is left out, what is too long is cut."""
    text = clean_text(request.args.get("q", "")[:_MAX_TEXT])
    sort = request.args.get("sort", "")
    if sort not in SORTS or (sort == "relevance" and not text):
        sort = "relevance" if text else "modified"
    filters = {name: values for name in FACETS if (values := _values(name))}
    page = min(paging.asked(), paging.deepest(size))
    return Query(text=text, filters=filters, sort=sort, page=page, size=size)


def _values(name: str) -> list[str]:
    given = (clean_text(value) for value in request.args.getlist(name)[:_MAX_VALUES])
    return list(dict.fromkeys(value for value in given if value and len(value) <= _MAX_VALUE))


def parameters(query: Query) -> dict[str, object]:
    """Return the parameters of a search's address, without page and without what is default."""
    default = "relevance" if query.text else "modified"
    return {
        **({"q": query.text} if query.text else {}),
        **{name: list(query.filters[name]) for name in FACETS if query.filters.get(name)},
        **({"sort": query.sort} if query.sort != default else {}),
    }


def href(query: Query) -> str:
    """Return the address of the first page of a search."""
    return i18n.link("search.page", **parameters(query))


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
            for entry in results.facets.get(name, ())
        ]
        if choices:
            found.append(Facet(name, labels.facet_name(name), tuple(choices)))
    return found


def chips(query: Query, names: Mapping[str, Namer]) -> list[Chip]:
    """Return the filters in force."""
    return [
        Chip(labels.facet_name(name), names[name](value), href(_toggled(query, name, value)))
        for name in FACETS
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
    }


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


def _schema_name(name: str) -> str:
    for schema in table_schemas.all_schemas():
        if schema.name == name:
            return catalogue.text_in(schema.title, i18n.language())[0]
    return name
