"""What to offer while someone types: datasets, publishers, themes, places whose names begin so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice

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
    words = _words(typed)
    if not words:
        return []
    offers = [*_publishers(words), *_themes(words), *_places(words), *_datasets(typed)]
    return [asdict(offer) for offer in offers]


def _datasets(typed: str) -> Iterator[Suggestion]:
    results = searching.ask(Query(typed, typing=True, size=_DATASETS, facet_size=0))
    for slug, title in catalogue.titles(session.get(), results.ids if results else ()):
        label, _language = catalogue.text_in(title, i18n.language())
        yield Suggestion("dataset", _("Dataset"), label, i18n.link("dataset.page", name=slug))


def _publishers(words: Sequence[str]) -> Iterator[Suggestion]:
    for slug, names in _beginning(publishers.public_names(session.get()), words):
        href = i18n.link("organization.page", slug=slug)
        yield Suggestion("publisher", _("Publisher"), _said(names), href)


def _themes(words: Sequence[str]) -> Iterator[Suggestion]:
    themes = [(theme.id, theme.title) for theme in codelists.themes()]
    for code, names in _beginning(themes, words):
        href = i18n.link("search.page", theme=code)
        yield Suggestion("theme", _("Theme"), _said(names), href)


def _places(words: Sequence[str]) -> Iterator[Suggestion]:
    places = [(place.code, place.name) for place in codelists.provinces()]
    for _code, names in _beginning(places, words):
        href = i18n.link("search.page", q=names["vi"])
        yield Suggestion("place", _("Place"), _said(names), href)


def _said(names: Mapping[str, str]) -> str:
    return names.get(i18n.language()) or names["vi"]


def _beginning(
    named: Sequence[tuple[str, Mapping[str, str]]], words: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Return the first entries that have all words, the last one as the beginning of a word."""
    fitting = (entry for entry in named if any(_fits(name, words) for name in entry[1].values()))
    return islice(fitting, _NAMES)


def _fits(name: str, words: Sequence[str]) -> bool:
    known = _words(name)
    *whole, last = words
    return set(whole) <= set(known) and any(word.startswith(last) for word in known)


@lru_cache(maxsize=5_000)
def _words(name: str) -> tuple[str, ...]:
    return tuple(token.folded for token in text.analyse(name) if not token.glued)
