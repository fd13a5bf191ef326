"""What the page says of how a query was understood, and the addresses that undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from opendata.search import relax
from opendata.search.base import Query, Understood
from opendata.web import i18n, search_form


@dataclass(frozen=True)
class Recognised:
    """Something seen in the words; following `href` searches without it."""

    kind: str
    label: str
    href: str


@dataclass(frozen=True)
class UnderstoodView:
    """`corrected` is the text that was sought, `literal` the address of the search as typed."""

    recognised: Sequence[Recognised]
    corrected: str
    literal: str
    relaxed: Sequence[str]
    is_cut: bool


def make(query: Query, understood: Understood) -> UnderstoodView:
    """Return what there is to say; often nothing."""
    return UnderstoodView(
        recognised=[
            Recognised(
                _kind(note.kind),
                note.label.get(i18n.language()) or note.label["vi"],
                search_form.href(replace(query, text=note.without)),
            )
            for note in understood.notes
        ],
        corrected=understood.corrected,
        literal=search_form.href(replace(query, literal=True)),
        relaxed=[_given_up(code) for code in understood.relaxed],
        is_cut=understood.is_cut,
    )


def _kind(kind: str) -> str:
    names: dict[str, str] = {
        "place": _("Place"),
        "agency": _("Agency"),
        "acronym": _("Short form"),
        "synonym": _("Also sought"),
    }
    return names.get(kind, kind)


def _given_up(code: str) -> str:
    names: dict[str, str] = {
        relax.ANY_WORD: _("not all of the words"),
        relax.ANYWHERE: _("not only the place or agency named"),
        relax.FILTERS: _("without the filters"),
    }
    return names.get(code, code)
