"""Why a dataset was found: its texts with the words marked, and the columns that hold them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from opendata.models import Dataset
from opendata.search import highlight, text
from opendata.search.base import Query, Understood
from opendata.search.language import read
from opendata.services import catalogue
from opendata.web import i18n
from opendata.web.marked import excerpt, marked

_COLUMNS = 4
# A table may have a thousand columns; so many names are looked at.
_LOOKED_AT = 300


@dataclass(frozen=True)
class Hit:
    """What the card of a dataset shows in place of plain text; `notes` may be empty."""

    title: Markup
    notes: Markup
    columns: Sequence[Markup]


def explain(datasets: Sequence[Dataset], query: Query, understood: Understood) -> list[Hit]:
    """Return one hit a dataset, in their order."""
    words = highlight.wanted(query.text, understood)
    named = _named_columns(query.text)
    return [_hit(dataset, words, named) for dataset in datasets]


def _hit(dataset: Dataset, words: Collection[str], named: Collection[str]) -> Hit:
    title, _ = catalogue.text_in(dataset.document["title"], i18n.language())
    notes, _ = catalogue.text_in(dataset.document.get("notes"), i18n.language())
    # A word that the title has needs no column to explain it.
    told = {token.folded for token in text.analyse(title)} - set(named)
    columns = [marked(name, words) for name in _columns(dataset, set(words) - told)]
    return Hit(marked(title, words), excerpt(notes, words), columns)


def _columns(dataset: Dataset, words: set[str]) -> list[str]:
    """Return the columns that hold the most of `words`, in the order of their names."""
    told = dataset.search_document or {}
    names = dict.fromkeys([*told.get("columns", []), *told.get("column_words", [])])
    found = [(len(_held(name) & words), name) for name in list(names)[:_LOOKED_AT]]
    most = max((count for count, _ in found), default=0)
    best = [name for count, name in found if count == most] if most else []
    return best[:_COLUMNS]


def _held(name: str) -> set[str]:
    return {token.folded for token in text.analyse(name)}


def _named_columns(typed: str) -> set[str]:
    """Return the words that the query itself seeks in columns."""
    clauses = [clause for clause in read(typed).clauses if clause.field in ("has", "column")]
    return {word for clause in clauses for word in _held(clause.value)}
