"""What each column of a table becomes: by its published schema, or as learned from the file."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opendata.pipeline.state import Column, TableShape
from opendata.pipeline.table import names
from opendata.pipeline.table.decision import Decision
from opendata.records import Problem
from opendata.services.table_schemas import Constraints, Field, TableSchema

# Kinds that are told as another type.
_STORED = {"any": "string"}


@dataclass(frozen=True)
class ColumnPlan:
    """One column: where it is in the file, what it is called, its kind and its rules.

    `options` are those of the kind as the Table Schema standard names them: `decimalChar`,
    `groupChar`, `bareNumber` (`false`), `trueValues` and `falseValues` (joined by `|`),
    `delimiter` and `itemType` of a list. `missing` are words of this column that mean no value.
    """

    index: int
    column: Column
    kind: str
    rules: Constraints = field(default_factory=Constraints)
    options: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


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


def learned(table: TableShape, decisions: Sequence[Decision]) -> TablePlan:
    """Plan a table without a schema from what was decided about each column."""
    chosen = names.unique_names(table.header)
    plain = names.aliases(chosen)
    return TablePlan(
        columns=tuple(
            _learned(index, decision, chosen[index], plain[index], table)
            for index, decision in enumerate(decisions)
        )
    )


def _learned(index: int, found: Decision, name: str, alias: str, table: TableShape) -> ColumnPlan:
    units = table.units or ("",) * len(table.header)
    column = Column(
        name=name,
        alias=alias,
        header=table.header[index],
        type=_STORED.get(found.kind, found.kind),
        format=found.form,
        unit=units[index] or found.unit,
        role=found.role,
        why=found.why,
        placeholders=found.placeholders,
        options=found.options,
    )
    return ColumnPlan(index, column, found.kind, options=found.options, missing=found.missing)


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
