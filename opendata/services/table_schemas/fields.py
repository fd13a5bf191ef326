"""One field of a Table Schema document: its type, its format, and how its values are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opendata.services.table_schemas import extensions, values
from opendata.services.table_schemas.constraints import constraints
from opendata.services.table_schemas.model import Category, Field

TYPES = (
    "string",
    "integer",
    "number",
    "boolean",
    "date",
    "datetime",
    "time",
    "year",
    "yearmonth",
    "duration",
    "object",
    "array",
    "list",
    "geopoint",
    "geojson",
    "any",
)
# Types whose format is one of a few words; of the others, dates and times take patterns too.
_FORMATS = {
    "string": ("default", "email", "uri", "binary", "uuid"),
    "geopoint": ("default", "array", "object"),
    "geojson": ("default", "topojson"),
}
_WITH_PATTERNS = ("date", "datetime", "time")
_SIGNS = ("decimalChar", "groupChar", "delimiter")
_SINGLE = ("decimalChar", "groupChar")
_MISPLACED = ("required", "unique", "enum", "pattern", "minimum", "maximum")


def field(item: Any) -> Field:
    """Read one field; raise ValueError."""
    found = values.mapping(item, "a field")
    name = values.text(found.get("name"), "the name of a field")
    if not name.strip():
        raise ValueError("a field has no name")
    try:
        return _field(name, found)
    except ValueError as err:
        raise ValueError(f"field {name}: {err}") from err


def missing_values(listed: Any) -> tuple[str, ...]:
    """Read texts that mean "no value", of version 1 or, with labels, of version 2."""
    return tuple(category.value for category in _labelled(listed, "missingValues"))


def _field(name: str, item: Mapping[str, Any]) -> Field:
    _no_misplaced_rules(item)
    kind = values.one_of(item.get("type", "string"), TYPES, "type")
    options = _options(item)
    categories = _labelled(item.get("categories", []), "categories")
    own = item.get("missingValues")
    return Field(
        name=name,
        type=kind,
        format=_format(kind, item.get("format", "default")),
        title=values.text(item.get("title", ""), "title"),
        description=values.text(item.get("description", ""), "description"),
        example=values.written(item.get("example", "")),
        rdf_type=values.text(item.get("rdfType", ""), "rdfType"),
        constraints=constraints(item.get("constraints", {}), kind, options, categories),
        options=options,
        categories=categories,
        missing_values=None if own is None else missing_values(own),
        **extensions.of_field(item),
    )


def _no_misplaced_rules(item: Mapping[str, Any]) -> None:
    for rule in _MISPLACED:
        if rule in item:
            raise ValueError(f"{rule} stands beside the constraints; it must stand among them")


def _format(kind: str, value: Any) -> str:
    form = values.text(value, "format")
    if form.startswith("fmt:"):
        form = form.removeprefix("fmt:")  # as early versions of the standard had it
    if kind in _WITH_PATTERNS:
        if form not in ("default", "any") and "%" not in form:
            raise ValueError(f"format {form!r} must be default, any or a pattern such as %d/%m/%Y")
        return form
    return values.one_of(form, _FORMATS.get(kind, ("default",)), f"format of {kind}")


def _options(item: Mapping[str, Any]) -> dict[str, str]:
    found = {name: _sign(item[name], name) for name in _SIGNS if item.get(name)}
    if not values.flag(item.get("bareNumber", True), "bareNumber"):
        found["bareNumber"] = "false"
    for name in ("trueValues", "falseValues"):
        if item.get(name):
            found[name] = "|".join(values.texts(item[name], name))
    if "itemType" in item:
        found["itemType"] = values.one_of(item["itemType"], TYPES, "itemType")
    return found


def _sign(value: Any, what: str) -> str:
    sign = values.text(value, what)
    if what in _SINGLE and len(sign) != 1:
        raise ValueError(f"{what} must be one letter or sign, but is {sign!r}")
    return sign


def _labelled(listed: Any, what: str) -> tuple[Category, ...]:
    return tuple(
        Category(values.written(item["value"]), values.text(item.get("label", ""), what))
        if isinstance(item, dict) and "value" in item
        else Category(values.written(item))
        for item in values.items(listed, what)
    )
