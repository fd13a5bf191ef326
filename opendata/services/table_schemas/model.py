"""What a table schema says, as frozen values; None and empty mean that nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROPOSAL, IN_USE = "proposal", "in-use"


@dataclass(frozen=True)
class Constraints:
    """Rules of a field, as the standard names them; limits and values as a file writes them."""

    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    pattern: str = ""
    minimum: str | None = None
    maximum: str | None = None
    exclusive_minimum: str | None = None
    exclusive_maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True)
class Category:
    """One of the values that a field may have, and what it means."""

    value: str
    label: str = ""


@dataclass(frozen=True)
class Field:
    """One column of a schema.

    `options`: how values are written beyond type and format, what the document says of
    `decimalChar`, `groupChar`, `bareNumber` (`false`), `trueValues` and `falseValues` (joined by
    `|`), `delimiter` and `itemType`.
    `missing_values`: texts that mean "no value" in this field, None where the schema decides.
    `code_list`: the list that holds its values, which must be valid at the date in the field
    `valid_at` of the same row. `personal`: kinds of personal data that may be public in it.
    """

    name: str
    type: str = "string"
    format: str = "default"
    title: str = ""
    description: str = ""
    example: str = ""
    rdf_type: str = ""
    constraints: Constraints = field(default_factory=Constraints)
    options: Mapping[str, str] = field(default_factory=dict)
    categories: tuple[Category, ...] = ()
    missing_values: tuple[str, ...] | None = None
    aliases: tuple[str, ...] = ()
    code_list: str = ""
    valid_at: str = ""
    unit: str = ""
    role: str = ""
    personal: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignKey:
    """Fields whose values must be found in `targets` of another table; `resource` "": of this."""

    fields: tuple[str, ...]
    resource: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Operand:
    """One side of a row rule: a field by name, or a literal as the field beside it writes it."""

    field: str = ""
    literal: str = ""


@dataclass(frozen=True)
class RowRule:
    """A comparison that holds in every row; a row with an empty side keeps it."""

    text: str
    left: Operand
    operator: str  # <=, <, >=, >, ==, !=
    right: Operand


@dataclass(frozen=True)
class TableSchema:
    """One version of a published schema; `key` is its permanent address below /schemas.

    `fields_match`: exact, equal, subset, superset or partial, as version 2 of the standard says;
    empty: columns are found by name, and those that may be empty may also be left out.
    """

    name: str
    version: str
    title: dict[str, str]
    description: dict[str, str]
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    missing_values: tuple[str, ...]
    folder: Path
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    fields_match: str = ""
    rules: tuple[RowRule, ...] = ()
    status: str = IN_USE

    @property
    def key(self) -> str:
        return f"{self.name}/{self.version}"

    @property
    def is_proposal(self) -> bool:
        """No real file has passed it yet."""
        return self.status == PROPOSAL
