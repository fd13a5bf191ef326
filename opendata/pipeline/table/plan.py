"""What each column of a table becomes: by its published schema, or as learned from the file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from opendata.pipeline.state import Column
from opendata.pipeline.table import names
from opendata.records import Problem
from opendata.services.table_schemas import Constraints, Field, TableSchema

# Kinds of a schema that are stored as another type.
_STORED = {"year": "integer", "any": "string"}


@dataclass(frozen=True)
class ColumnPlan:
    """One column: where it is in the file, what it is called, its kind and its rules."""

    index: int
    column: Column
    kind: str
    rules: Constraints = field(default_factory=Constraints)


@dataclass(frozen=True)
class Key:
    """Columns whose values may occur once; `code` is `unique` or `primary-key`."""

    code: str
    names: tuple[str, ...]

    @property
    def label(self) -> str:
        return ", ".join(self.names)


@dataclass(frozen=True)
class TablePlan:
    """All columns of a table in the order of the file, its keys, and what counts as empty."""

    columns: tuple[ColumnPlan, ...]
    schema: str = "learned"
    keys: tuple[Key, ...] = ()
    missing_values: tuple[str, ...] = ()
    mismatch: tuple[Problem, ...] = ()


def learned(header: Sequence[str], kinds: Sequence[tuple[str, str]]) -> TablePlan:
    """Plan a table without a schema from the (kind, format) learned of each column."""
    chosen = names.unique_names(header)
    plain = names.aliases(chosen)
    return TablePlan(
        columns=tuple(
            ColumnPlan(index, Column(chosen[index], plain[index], header[index], kind, form), kind)
            for index, (kind, form) in enumerate(kinds)
        )
    )


def by_schema(header: Sequence[str], schema: TableSchema) -> TablePlan:
    """Plan a table by a published schema; columns it does not know are kept as text."""
    fields = match(header, schema)
    extra = names.unique_names([*(f.name for f in schema.fields), *header])[len(schema.fields) :]
    chosen = [found.name if found else extra[index] for index, found in enumerate(fields)]
    plain = names.aliases(chosen)
    columns = tuple(
        _planned(index, found or Field(chosen[index]), plain[index], header[index], schema)
        for index, found in enumerate(fields)
    )
    present = {found.name for found in fields if found}
    return TablePlan(
        columns=columns,
        schema=schema.key,
        keys=tuple(key for key in _keys(schema) if present.issuperset(key.names)),
        missing_values=tuple(value for value in schema.missing_values if value),
        mismatch=_mismatch(fields, chosen, schema),
    )


def match(header: Sequence[str], schema: TableSchema) -> list[Field | None]:
    """Return the field that each column is: by its exact name, else without regard to case."""
    found: list[Field | None] = [None] * len(header)
    left = {field.name: field for field in schema.fields}
    for spell in (_spelling, _caseless):
        by_name = {spell(name): field for name, field in reversed(left.items())}
        for index, label in enumerate(header):
            wanted = by_name.get(spell(label))
            if found[index] is None and wanted and wanted.name in left:
                found[index] = left.pop(wanted.name)
    return found


def _spelling(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _caseless(name: str) -> str:
    return _spelling(name).casefold()


def _planned(index: int, of: Field, alias: str, header: str, schema: TableSchema) -> ColumnPlan:
    column = Column(
        name=of.name,
        alias=alias,
        header=header,
        type=_STORED.get(of.type, of.type),
        format=of.format,
        title=of.title,
        description=of.description,
    )
    return ColumnPlan(index, column, of.type, _rules(of, schema))


def _rules(of: Field, schema: TableSchema) -> Constraints:
    if of.name not in schema.primary_key or of.constraints.required:
        return of.constraints
    # A key with a hole identifies nothing: the parts of a primary key are required.
    return Constraints(**{**vars(of.constraints), "required": True})


def _keys(schema: TableSchema) -> list[Key]:
    unique = [Key("unique", (f.name,)) for f in schema.fields if f.constraints.unique]
    if not schema.primary_key or any(key.names == schema.primary_key for key in unique):
        return unique
    return [*unique, Key("primary-key", schema.primary_key)]


def _mismatch(
    fields: Sequence[Field | None], chosen: Sequence[str], schema: TableSchema
) -> tuple[Problem, ...]:
    present = {found.name for found in fields if found}
    missing = [
        Problem("missing-column", field=field.name, rule=f"type: {field.type}")
        for field in schema.fields
        if field.name not in present and _rules(field, schema).required
    ]
    extra = [
        Problem("extra-column", field=name)
        for name, found in zip(chosen, fields, strict=True)
        if found is None
    ]
    return (*missing, *extra)
