"""Datasets whose tables can be joined with those of another: a code list or a key in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opendata.models import Dataset
from opendata.search.base import Query
from opendata.services import catalogue
from opendata.web import i18n, search_form, searching, session

_SHOWN = 6
# Among so many of the newest, those with the most keys in common.
_LOOKED_AT = 30


@dataclass(frozen=True)
class Join:
    """One dataset, and the names of what it shares."""

    title: dict[str, str]
    href: str
    by: Sequence[str]


@dataclass(frozen=True)
class Joins:
    """A few datasets; `href` leads to all of them, also where `total` is more than shown."""

    shown: Sequence[Join]
    total: int
    href: str


def of(dataset: Dataset) -> Joins | None:
    """Return what a dataset can be joined with; None where there is nothing, or no engine."""
    keys = (dataset.search_document or {}).get("key", [])
    if not keys:
        return None
    query = Query(filters={"key": keys}, sort="modified", size=_LOOKED_AT, facet_size=0)
    results = searching.ask(query)
    others = [i for i in (results.ids if results else ()) if i != str(dataset.id)]
    found = catalogue.keys(session.get(), others)
    if results is None or not found:
        return None
    shared = [(slug, title, sorted(set(keys) & set(told))) for slug, title, told in found]
    shared.sort(key=lambda entry: -len(entry[2]))
    shown = [_join(*entry) for entry in shared[:_SHOWN] if entry[2]]
    return Joins(shown, results.total - 1, search_form.href(query))


def _join(slug: str, title: dict[str, str], by: Sequence[str]) -> Join:
    return Join(title, i18n.link("dataset.page", name=slug), [*map(search_form.key_name, by)])
