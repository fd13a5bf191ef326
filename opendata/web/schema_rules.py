"""The rules of a schema and of its fields, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from opendata.services.table_schemas import Field, ForeignKey, TableSchema


def in_words(field: Field) -> list[str]:
    """Return one sentence per rule; none for a field without rules."""
    return [*_presence(field), *_values(field), *_bounds(field), *_beyond(field)]


def of_rows(schema: TableSchema) -> list[str]:
    """Return one sentence per rule that looks at more than one cell."""
    said = []
    if schema.primary_key:
        said.append(_same(schema.primary_key))
    said += [_same(names) for names in schema.unique_keys]
    said += [_points(key) for key in schema.foreign_keys]
    return [*said, *(_("In every row: %(rule)s.", rule=rule.text) for rule in schema.rules)]


def _same(names: tuple[str, ...]) -> str:
    said: str = _("No two rows may agree in: %(columns)s.", columns=", ".join(names))
    return said


def _points(key: ForeignKey) -> str:
    columns, targets = ", ".join(key.fields), ", ".join(key.targets)
    said: str = (
        _(
            "%(columns)s must occur in %(targets)s of the table %(table)s in the same file.",
            columns=columns,
            targets=targets,
            table=key.resource,
        )
        if key.resource
        else _(
            "%(columns)s must occur in %(targets)s of another row.",
            columns=columns,
            targets=targets,
        )
    )
    return said


def _beyond(field: Field) -> list[str]:
    said = []
    if field.code_list and field.valid_at:
        said.append(
            _(
                "A code of the list %(name)s that is valid at %(field)s.",
                name=field.code_list,
                field=field.valid_at,
            )
        )
    elif field.code_list:
        said.append(_("A code of the list %(name)s.", name=field.code_list))
    if field.unit:
        said.append(_("Unit: %(unit)s.", unit=field.unit))
    if field.aliases:
        said.append(_("Also read under the header: %(names)s.", names="; ".join(field.aliases)))
    return said


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
    if rules.exclusive_minimum is not None:
        said.append(_("More than %(bound)s.", bound=rules.exclusive_minimum))
    if rules.exclusive_maximum is not None:
        said.append(_("Less than %(bound)s.", bound=rules.exclusive_maximum))
    if rules.min_length is not None:
        said.append(_("At least %(count)s characters.", count=rules.min_length))
    if rules.max_length is not None:
        said.append(_("At most %(count)s characters.", count=rules.max_length))
    return said
