"""What to offer while someone types: datasets, publishers, themes, places whose names begin so."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

from flask_babel import gettext as _

from opendata.search import text
from opendata.search.base import Query
from opendata.services import catalogue, codelists, publishers
from opendata.web import i18n, searching, session

_DATASETS = 5
_NAMES = 3
_LONGEST = 100


@dataclass(frozen=True)
class Suggestion:
    """One offer: `group` is its kind in words, `href` where it leads."""

    kind: str
    group: str
    label: str
    href: str


def make(typed: str) -> list[dict[str, str]]:
    """Return a few offers of each kind, as JSON has them; none without a letter."""
    typed = typed[:_LONGEST]
    if not _words(typed):
        return []
    offers = [*_datasets(typed), *_publishers(typed), *_themes(typed), *_places(typed)]
    return [asdict(offer) for offer in offers]


def _datasets(typed: str) -> Iterator[Suggestion]:
    results = searching.ask(Query(typed, typing=True, size=_DATASETS, facet_size=0))
    for slug, title in catalogue.titles(session.get(), results.ids if results else ()):
        label, _language = catalogue.text_in(title, i18n.language())
        yield Suggestion("dataset", _("Dataset"), label, i18n.link("dataset.page", name=slug))


def _publishers(typed: str) -> Iterator[Suggestion]:
    for slug, names in _beginning(publishers.public_names(session.get()), typed):
        href = i18n.link("organization.page", slug=slug)
        yield Suggestion("publisher", _("Publisher"), _said(names), href)


def _themes(typed: str) -> Iterator[Suggestion]:
    themes = [(theme.id, theme.title) for theme in codelists.themes()]
    for code, names in _beginning(themes, typed):
        href = i18n.link("search.page", theme=code)
        yield Suggestion("theme", _("Theme"), _said(names), href)


def _places(typed: str) -> Iterator[Suggestion]:
    places = [(place.code, place.name) for place in codelists.provinces()]
    for _code, names in _beginning(places, typed):
        href = i18n.link("search.page", q=names["vi"])
        yield Suggestion("place", _("Place"), _said(names), href)


def _said(names: Mapping[str, str]) -> str:
    return names.get(i18n.language()) or names["vi"]


def _beginning(
    named: Sequence[tuple[str, Mapping[str, str]]], typed: str
) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Return the first entries that have all words, the last one as the beginning of a word.

    Those that are written just so, marks and all, come first.
    """
    words, written = _words(typed), _lower(typed)
    fitting = [entry for entry in named if any(_fits(name, words) for name in entry[1].values())]
    fitting.sort(key=lambda entry: all(written not in _lower(n) for n in entry[1].values()))
    return fitting[:_NAMES]


def _fits(name: str, words: Sequence[str]) -> bool:
    known = _words(name)
    *whole, last = words
    return set(whole) <= set(known) and any(word.startswith(last) for word in known)


def _lower(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower().strip()


@lru_cache(maxsize=5_000)
def _words(name: str) -> tuple[str, ...]:
    return tuple(token.folded for token in text.analyse(name) if not token.glued)
