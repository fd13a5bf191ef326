"""The published table schemas, `schemas/tables/NAME/VERSION/schema.json`, read once and checked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from opendata import bundled
from opendata.errors import NotFound, SettingError

TYPES = ("string", "integer", "number", "boolean", "date", "datetime", "year", "any")


@dataclass(frozen=True)
class Constraints:
    """Rules of a field, as the Table Schema standard names them; None and empty mean no rule."""

    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    pattern: str = ""
    minimum: str | None = None
    maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True)
class Field:
    """One column of a schema."""

    name: str
    type: str = "string"
    format: str = "default"
    title: str = ""
    description: str = ""
    constraints: Constraints = field(default_factory=Constraints)


@dataclass(frozen=True)
class TableSchema:
    """One version of a published schema; `key` is its permanent address below /schemas."""

    name: str
    version: str
    title: dict[str, str]
    description: dict[str, str]
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    missing_values: tuple[str, ...]
    folder: Path

    @property
    def key(self) -> str:
        return f"{self.name}/{self.version}"


def all_schemas() -> tuple[TableSchema, ...]:
    """Return every version of every schema, by name, then newest version first."""
    return _read_all(bundled.path("schemas") / "tables")


def find(name: str) -> TableSchema:
    """Return a schema by `name` (its newest version) or `name/version`; raise NotFound."""
    for schema in all_schemas():
        if name in (schema.name, schema.key):
            return schema
    known = ", ".join(sorted({schema.name for schema in all_schemas()}))
    raise NotFound(f"There is no published schema {name!r}; there are: {known}.")


@cache
def _read_all(folder: Path) -> tuple[TableSchema, ...]:
    found = [_read(path) for path in folder.glob("*/*/schema.json")]
    newest_first = sorted(found, key=lambda s: _version_order(s.version), reverse=True)
    return tuple(sorted(newest_first, key=lambda s: s.name))


def _version_order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _read(path: Path) -> TableSchema:
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")), path.parent)
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise SettingError(
            f"The published schema {path} cannot be read: {err!r}; mend the file."
        ) from err


def parse(document: dict[str, Any], folder: Path) -> TableSchema:
    """Read a Frictionless Table Schema; patterns that RE2 cannot run are refused."""
    fields = tuple(_field(item) for item in document["fields"])
    key = document.get("primaryKey", [])
    return TableSchema(
        name=folder.parent.name,
        version=folder.name,
        title=_text(document.get("title", folder.parent.name)),
        description=_text(document.get("description", "")),
        fields=fields,
        primary_key=(key,) if isinstance(key, str) else tuple(key),
        missing_values=tuple(document.get("missingValues", [""])),
        folder=folder,
    )


def _text(value: str | dict[str, str]) -> dict[str, str]:
    return value if isinstance(value, dict) else {"vi": value}


def _field(item: dict[str, Any]) -> Field:
    kind = item.get("type", "string")
    if kind not in TYPES:
        raise ValueError(f"field {item['name']}: type {kind} is not one of {', '.join(TYPES)}")
    return Field(
        name=item["name"],
        type=kind,
        format=item.get("format", "default"),
        title=item.get("title", ""),
        description=item.get("description", ""),
        constraints=_constraints(item.get("constraints", {})),
    )


def _constraints(rules: dict[str, Any]) -> Constraints:
    pattern = rules.get("pattern", "")
    if pattern:
        # Linear-time patterns only: what RE2 refuses could hang a checker that backtracks.
        pc.match_substring_regex(pa.nulls(1, pa.string()), pattern)
    return Constraints(
        required=bool(rules.get("required", False)),
        unique=bool(rules.get("unique", False)),
        enum=tuple(str(value) for value in rules.get("enum", ())),
        pattern=pattern,
        minimum=None if rules.get("minimum") is None else str(rules["minimum"]),
        maximum=None if rules.get("maximum") is None else str(rules["maximum"]),
        min_length=rules.get("minLength"),
        max_length=rules.get("maxLength"),
    )
