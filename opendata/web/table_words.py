"""The words of tables: why a column has its type, what it means, how a table differs."""

from __future__ import annotations

from flask_babel import gettext as _

from opendata import vocabulary
from opendata.vocabulary import Word
from opendata.web import i18n, labels


def why(code: str) -> str:
    """Return why a column has its type; nothing for a code we do not know."""
    return _said(vocabulary.DECISIONS.get(code))


def why_not(code: str) -> str:
    """Return what to do where another type is wanted."""
    word = vocabulary.DECISIONS.get(code)
    return word.advise(i18n.language()) if word else ""


def role(code: str) -> str:
    """Return what the values of a column mean beyond their type."""
    return _said(vocabulary.ROLES.get(code))


def change(kind: str) -> str:
    """Return one difference from what was promised; a code we do not know stays a code."""
    return _said(vocabulary.CHANGES.get(kind)) or kind


def change_side(kind: str, value: str) -> str:
    """Return what stood before or stands after a change: a name, else a type in words."""
    return value if kind == "column-renamed" else labels.type_name(value)


def apart(kind: str) -> str:
    """Return what a row of a file is that is no row of its table."""
    names: dict[str, str] = {
        "units": _("Row of units"),
        "total": _("Row of totals"),
        "note": _("Note"),
    }
    return names.get(kind, kind)


def _said(word: Word | None) -> str:
    return word.say(i18n.language()) if word else ""
