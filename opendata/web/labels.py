"""The names that people read in place of our codes."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from opendata.services import codelists
from opendata.web import i18n

_SPELLED = {"geojson": "GeoJSON", "parquet": "Parquet", "other": "?"}


def language_name(code: str) -> str:
    """Return what a language of the metadata is called."""
    names: dict[str, str] = {"vi": _("Vietnamese"), "en": _("English")}
    return names.get(code) or _("language not stated")


def format_name(code: str) -> str:
    """Return a file format as people write it: `csv` gives `CSV`."""
    return _SPELLED.get(code, code.upper())


def theme_name(code: str) -> str:
    """Return the name of a theme; a code that the list does not have stays a code."""
    return _listed(codelists.themes(), code)


def frequency_name(code: str) -> str:
    """Return how often data changes, in words."""
    return _listed(codelists.frequencies(), code)


def licence_name(code: str) -> str:
    """Return the title of a licence."""
    return _listed(codelists.licences(), code)


def type_name(code: str) -> str:
    """Return what a column type is called."""
    names: dict[str, str] = {
        "string": _("text"),
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "date": _("date"),
        "datetime": _("date and time"),
        "year": _("year"),
        "yearmonth": _("month"),
        "quarter": _("quarter"),
        "time": _("time of day"),
        "duration": _("duration"),
        "geopoint": _("place on the map"),
        "geojson": _("shape on the map"),
        "object": _("structured text"),
        "array": _("structured text"),
        "list": _("list"),
        "any": _("any value"),
    }
    return names.get(code, code)


def facet_name(facet: str) -> str:
    """Return the heading of a facet."""
    names: dict[str, str] = {
        "publisher": _("Publisher"),
        "theme": _("Theme"),
        "format": _("Format"),
        "licence": _("Licence"),
        "schema": _("Table schema"),
    }
    return names[facet]


def sort_name(sort: str) -> str:
    """Return the name of an order of search results."""
    names: dict[str, str] = {
        "relevance": _("Most relevant"),
        "modified": _("Data changed last"),
        "title": _("Title, A to Z"),
        "created": _("Newest in the catalogue"),
    }
    return names[sort]


def _listed(
    entries: Iterable[codelists.Theme | codelists.Frequency | codelists.Licence], code: str
) -> str:
    for entry in entries:
        if entry.id == code:
            return entry.title[i18n.language()]
    return code
