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
        "frequency": _("Changes"),
        "area": _("Area"),
        "period": _("Year"),
        "language": _("Language"),
        "validity": _("State of the data"),
        "access": _("Use"),
        "column": _("Column"),
        "code_list": _("Code list"),
        "key": _("Can be joined by"),
    }
    return names[facet]


def area_name(area: str) -> str:
    """Return the name of an area that is told by a code; a name stays as it is."""
    names: dict[str, str] = {"VN": _("Whole country")}
    for entry in codelists.provinces():
        if entry.is_sure:
            names[entry.code] = entry.name[i18n.language()]
    return names.get(area, area)


def validity_name(code: str) -> str:
    """Return what was found in the data of a dataset."""
    names: dict[str, str] = {
        "valid": _("nothing found wrong"),
        "flagged": _("published with a remark"),
        "quarantine": _("has rows set aside"),
    }
    return names.get(code, code)


def access_name(code: str) -> str:
    """Return in what way the data can be used, beside its files."""
    names: dict[str, str] = {"api": _("as a table, Parquet or JSON")}
    return names.get(code, code)


def sort_name(sort: str) -> str:
    """Return the name of an order of search results."""
    names: dict[str, str] = {
        "relevance": _("Most relevant"),
        "modified": _("Data changed last"),
        "metadata": _("Description changed last"),
        "downloads": _("Most downloaded"),
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
