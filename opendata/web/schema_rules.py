"""The rules of a schema's field, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from opendata.services.table_schemas import Field


def in_words(field: Field) -> list[str]:
    """Return one sentence per rule; none for a field without rules."""
    return [*_presence(field), *_values(field), *_bounds(field)]


def _presence(field: Field) -> list[str]:
    rules = field.constraints
    return [
        *([_("Must have a value.")] if rules.required else []),
        *([_("No two rows may have the same value.")] if rules.unique else []),
    ]


def _values(field: Field) -> list[str]:
    rules = field.constraints
    said = []
    if rules.enum:
        said.append(_("One of: %(values)s.", values=", ".join(rules.enum)))
    if rules.pattern:
        said.append(_("Written as the pattern %(pattern)s.", pattern=rules.pattern))
    if field.format != "default":
        said.append(_("Format: %(format)s.", format=field.format))
    return said


def _bounds(field: Field) -> list[str]:
    rules = field.constraints
    said = []
    if rules.minimum is not None:
        said.append(_("At least %(bound)s.", bound=rules.minimum))
    if rules.maximum is not None:
        said.append(_("At most %(bound)s.", bound=rules.maximum))
    if rules.min_length is not None:
        said.append(_("At least %(count)s characters.", count=rules.min_length))
    if rules.max_length is not None:
        said.append(_("At most %(count)s characters.", count=rules.max_length))
    return said
