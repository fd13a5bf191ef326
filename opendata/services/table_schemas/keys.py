"""Keys of a Table Schema document: what identifies a row, and what it points to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from opendata.services.table_schemas import values
from opendata.services.table_schemas.model import Field, ForeignKey

# What a foreign key calls a code list: `codelists/provinces`.
_LISTS = "codelists/"


def key(value: Any, known: Sequence[str], what: str) -> tuple[str, ...]:
    """Read the field names of one key; raise ValueError where one is no field."""
    names = values.names(value, what)
    for name in names:
        if name not in known:
            raise ValueError(f"{what} names {name!r}, which is no field")
    return names


def unique_keys(value: Any, known: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Read the keys of version 2 that are unique beside the primary one."""
    listed = values.items(value, "uniqueKeys")
    return tuple(key(item, known, "uniqueKeys") for item in listed)


def foreign_keys(value: Any, known: Sequence[str]) -> tuple[ForeignKey, ...]:
    """Read the foreign keys; raise ValueError where the two sides do not pair."""
    return tuple(_foreign(item, known) for item in values.items(value, "foreignKeys"))


def _foreign(item: Any, known: Sequence[str]) -> ForeignKey:
    found = values.mapping(item, "a foreign key")
    fields = key(found.get("fields"), known, "foreignKeys")
    there = values.mapping(found.get("reference"), "the reference of a foreign key")
    resource = values.text(there.get("resource", ""), "the resource of a foreign key")
    targets = values.names(there.get("fields"), "the fields of a reference")
    if not resource:
        key(list(targets), known, "the reference of a foreign key")
    if len(fields) != len(targets) or isinstance(found["fields"], str) != isinstance(
        there["fields"], str
    ):
        raise ValueError(
            f"a foreign key pairs {', '.join(fields)} with {', '.join(targets)}; each field must "
            "have its counterpart"
        )
    return ForeignKey(fields, resource, targets)


def code_list(foreign: ForeignKey) -> str:
    """Return the code list that a foreign key points to, or nothing."""
    is_list = foreign.resource.startswith(_LISTS) and len(foreign.fields) == 1
    return foreign.resource.removeprefix(_LISTS) if is_list else ""


def held_by_lists(fields: Sequence[Field], foreign: Sequence[ForeignKey]) -> tuple[Field, ...]:
    """Return the fields; one with a foreign key to a code list is held against that list."""
    lists = {pair.fields[0]: code_list(pair) for pair in foreign if code_list(pair)}
    return tuple(replace(of, code_list=lists.get(of.name, of.code_list)) for of in fields)
