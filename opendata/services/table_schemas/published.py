"""The schemas in `schemas/tables/NAME/VERSION/schema.json`, read once."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from opendata import bundled
from opendata.errors import NotFound, SettingError
from opendata.services.table_schemas.document import parse
from opendata.services.table_schemas.model import TableSchema


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


def newest() -> tuple[TableSchema, ...]:
    """Return the newest version of every schema, by name."""
    first: dict[str, TableSchema] = {}
    for schema in all_schemas():
        first.setdefault(schema.name, schema)
    return tuple(first.values())


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
    except ValueError as err:
        raise SettingError(
            f"The published schema {path} cannot be read: {err}. Mend the file."
        ) from err
