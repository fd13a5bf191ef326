"""What each column of a table becomes: by its published schema, or as learned from the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from opendata.pipeline.table import header_match, names
from opendata.pipeline.table.decision import Decision
from opendata.pipeline.tables import Column, TableShape
from opendata.records import Problem
from opendata.services.table_schemas import Constraints, Field, RowRule, TableSchema

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
    """Columns whose values may occur once; `code` is `unique` or `primary-key`.

    Of the code `foreign-key`: columns whose values must occur in the columns `targets`, of this
    table or of the one that lies at `path` and is called `table`.
    """

    code: str
    names: tuple[str, ...]
    targets: tuple[str, ...] = ()
    table: str = ""
    path: Path | None = None

    @property
    def label(self) -> str:
        return ", ".join(self.names)


@dataclass(frozen=True)
class Listed:
    """A column held against a code list; `valid_at`: the column with the day that counts, or ""."""

    column: str
    code_list: str
    valid_at: str = ""


@dataclass(frozen=True)
class TablePlan:
    """All columns of a table in the order of the file, its keys, and what counts as empty."""

    columns: tuple[ColumnPlan, ...]
    schema: str = "learned"
    keys: tuple[Key, ...] = ()
    missing_values: tuple[str, ...] = ()
    mismatch: tuple[Problem, ...] = ()
    references: tuple[Key, ...] = ()
    lists: tuple[Listed, ...] = ()
    rules: tuple[RowRule, ...] = ()


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
    fields = header_match.match(header, schema)
    extra = names.unique_names([*(f.name for f in schema.fields), *header])[len(schema.fields) :]
    chosen = [found.name if found else extra[index] for index, found in enumerate(fields)]
    plain = names.aliases(chosen)
    columns = tuple(
        _planned(index, found or Field(chosen[index]), plain[index], header[index], schema)
        for index, found in enumerate(fields)
    )
    present = frozenset(found.name for found in fields if found)
    return TablePlan(
        columns=columns,
        schema=schema.key,
        keys=tuple(key for key in _keys(schema) if present.issuperset(key.names)),
        mismatch=header_match.mismatch(fields, chosen, schema),
        references=tuple(
            key
            for key in _references(schema)
            if present.issuperset(key.names if key.table else key.names + key.targets)
        ),
        lists=tuple(_lists(fields, present)),
        rules=tuple(rule for rule in schema.rules if present.issuperset(_sides(rule))),
    )


def _planned(index: int, of: Field, alias: str, header: str, schema: TableSchema) -> ColumnPlan:
    column = Column(
        name=of.name,
        alias=alias,
        header=header,
        type=_STORED.get(of.type, of.type),
        format=of.format,
        title=of.title,
        description=of.description,
        unit=of.unit,
        role=of.role,
        codelist=of.code_list,
        why="" if of not in schema.fields else "schema",
    )
    missing = schema.missing_values if of.missing_values is None else of.missing_values
    return ColumnPlan(
        index,
        column,
        of.type,
        _rules(of, schema),
        of.options,
        tuple(text for text in missing if text),
    )


def _rules(of: Field, schema: TableSchema) -> Constraints:
    return replace(of.constraints, required=header_match.is_required(of, schema))


def _keys(schema: TableSchema) -> list[Key]:
    keys = [Key("unique", (f.name,)) for f in schema.fields if f.constraints.unique]
    keys += [Key("unique", names) for names in schema.unique_keys]
    if not schema.primary_key or any(key.names == schema.primary_key for key in keys):
        return keys
    return [*keys, Key("primary-key", schema.primary_key)]


def _references(schema: TableSchema) -> list[Key]:
    return [
        Key("foreign-key", key.fields, key.targets, key.resource) for key in schema.foreign_keys
    ]


def _lists(fields: Sequence[Field | None], present: frozenset[str]) -> Iterator[Listed]:
    for of in fields:
        if of and of.code_list:
            yield Listed(of.name, of.code_list, of.valid_at if of.valid_at in present else "")


def _sides(rule: RowRule) -> tuple[str, ...]:
    return tuple(side.field for side in (rule.left, rule.right) if side.field)
