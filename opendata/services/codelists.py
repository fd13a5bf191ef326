"""The closed lists of `schemas/codelists`, read once: licences, themes, frequencies, agencies.

`find_*` turn what a source writes (an id, a title, an address, a known alias) into an id of a list.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from opendata import bundled
from opendata.errors import NotFound
from opendata.records import Text

_URL_START = re.compile(r"^https?://(?:www\.)?")
# The same licence in another dress: `/by/4.0/deed.vi`, `/by/4.0/legalcode`.
_URL_END = re.compile(r"/(?:deed|legalcode)(?:\.[a-z_-]+)?/*$")


@dataclass(frozen=True)
class Licence:
    """Conditions of use; `is_open` by the Open Definition, `text` a short summary of the terms."""

    id: str
    title: Text
    url: str
    is_open: bool
    text: Text


@dataclass(frozen=True)
class Theme:
    """A field that datasets belong to."""

    id: str
    title: Text


@dataclass(frozen=True)
class Frequency:
    """How often data is updated; `days`: longest time between two updates, None for no limit."""

    id: str
    title: Text
    days: int | None


@dataclass(frozen=True)
class Agency:
    """A central agency; `valid_to` is its last day, both ends None where open or not recorded."""

    code: str
    name: Text
    kind: str
    valid_from: date | None
    valid_to: date | None
    parent_code: str
    successor_code: str


@dataclass(frozen=True)
class Province:
    """A province or city of today; `is_sure`: its code never meant another one."""

    code: str
    name: Text
    is_sure: bool


@cache
def digest() -> str:
    """Return the SHA-256 of all lists: what was mapped with others may have to be mapped anew."""
    sha256 = hashlib.sha256()
    for path in sorted((bundled.path("schemas") / "codelists").glob("*.csv")):
        sha256.update(path.read_bytes())
    return sha256.hexdigest()


@cache
def licences() -> tuple[Licence, ...]:
    """Return all licences, in the order of the list."""
    return tuple(
        Licence(
            id=row["id"],
            title=_both(row, "title"),
            url=row["url"],
            is_open=row["is_open"] == "true",
            text=_both(row, "text"),
        )
        for row in bundled.code_list("licences")
    )


@cache
def themes() -> tuple[Theme, ...]:
    """Return all themes, in the order of the list."""
    return tuple(Theme(row["id"], _both(row, "title")) for row in bundled.code_list("themes"))


@cache
def frequencies() -> tuple[Frequency, ...]:
    """Return all frequencies, most frequent first."""
    return tuple(
        Frequency(row["id"], _both(row, "title"), int(row["days"]) if row["days"] else None)
        for row in bundled.code_list("frequencies")
    )


@cache
def agencies() -> tuple[Agency, ...]:
    """Return all central agencies by code, those that ended too."""
    return tuple(
        Agency(
            code=row["code"],
            name=_both(row, "name"),
            kind=row["kind"],
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            parent_code=row["parent_code"],
            successor_code=row["successor_code"],
        )
        for row in bundled.code_list("agencies")
    )


@cache
def provinces() -> tuple[Province, ...]:
    """Return the provinces and cities of today, by code."""
    before = {
        row["code"]: row["name_vi"] for row in bundled.code_list("provinces") if row["valid_to"]
    }
    return tuple(
        Province(
            code=row["code"],
            name=_both(row, "name"),
            is_sure=before.get(row["code"], row["name_vi"]) == row["name_vi"],
        )
        for row in bundled.code_list("provinces")
        if not row["valid_to"]
    )


def licence(licence_id: str) -> Licence:
    """Return the licence of this id; raise NotFound."""
    for entry in licences():
        if entry.id == licence_id:
            return entry
    known = ", ".join(entry.id for entry in licences())
    raise NotFound(f"There is no licence {licence_id!r} in the list; there are: {known}.")


def find_licence(text: str) -> str | None:
    """Return the id of the licence that `text` (id, title, address or alias) means, else None."""
    return _find(_licence_spellings(), text)


def find_theme(text: str) -> str | None:
    """Return the id of the theme that `text` (id, title, address or alias) means, else None."""
    return _find(_theme_spellings(), text)


def find_frequency(text: str) -> str | None:
    """Return the id of the frequency that `text` (id, title, address or alias) means, else None."""
    return _find(_frequency_spellings(), text)


@cache
def _licence_spellings() -> dict[str, str]:
    addresses = {_fold(entry.url): entry.id for entry in licences() if entry.url}
    return addresses | _spellings("licences", licences())


@cache
def _theme_spellings() -> dict[str, str]:
    return _spellings("themes", themes())


@cache
def _frequency_spellings() -> dict[str, str]:
    return _spellings("frequencies", frequencies())


def _spellings(name: str, entries: Iterable[Licence | Theme | Frequency]) -> dict[str, str]:
    found = {
        _fold(row["alias"]): row["id"]
        for row in bundled.code_list("aliases")
        if row["list"] == name
    }
    for entry in entries:
        for spelling in (entry.id, *entry.title.values()):
            found[_fold(spelling)] = entry.id
    return found


def _find(spellings: dict[str, str], text: str) -> str | None:
    found = spellings.get(_fold(text))
    if found is None and _URL_START.match(text.strip().lower()):
        # Vocabularies on the web end in the word itself: .../authority/data-theme/HEAL
        found = spellings.get(_fold(re.split(r"[/#]", text.strip().rstrip("/#"))[-1]))
    return found


def _fold(text: str) -> str:
    """Return what two spellings of the same thing share: no case, marks or punctuation."""
    address = _URL_END.sub("", _URL_START.sub("", text.strip().lower()))
    letters = unicodedata.normalize("NFKD", address.replace("đ", "d"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "-", plain).strip("-")


def _both(row: dict[str, str], name: str) -> Text:
    return {"vi": row[f"{name}_vi"], "en": row[f"{name}_en"]}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
