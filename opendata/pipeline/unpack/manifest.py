"""What a child says of the tables it wrote, as JSON; outside it is believed in nothing but form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from opendata.pipeline.apart import Apart
from opendata.pipeline.unpacked import Unpacked
from opendata.records import Problem


def to_json(tables: Sequence[Unpacked], problems: Sequence[Problem]) -> bytes:
    """Return the answer of a child: tables in the order of their files, and what else is told."""
    found = {
        "tables": [asdict(table) for table in tables],
        "problems": [[problem.code, problem.field, problem.value] for problem in problems],
    }
    return json.dumps(found).encode()


def from_json(answer: bytes) -> tuple[list[Unpacked], list[Problem]]:
    """Return the tables and the problems. Raises ValueError where the answer has another form."""
    try:
        found = json.loads(answer)
        tables = [_table(table) for table in found["tables"]]
        problems = [_problem(*_texts(said, 3)) for said in found["problems"]]
    except (KeyError, TypeError, RecursionError) as err:
        raise ValueError(f"not the manifest of a file: {err!r}") from err
    return tables, problems


def _table(said: dict[str, Any]) -> Unpacked:
    header = _texts(said["header"])
    kind_pairs = [_texts(pair, 2) for pair in said["kinds"]]
    kinds, units = tuple((kind, form) for kind, form in kind_pairs), _texts(said["units"])
    if any(len(of) not in (0, len(header)) for of in (kinds, units)):
        raise ValueError("as many kinds and units as labels")
    apart = tuple(_apart(**row) for row in said["apart"])
    return Unpacked(_text(said["name"]), _text(said["title"]), header, kinds, units, apart)


def _apart(kind: Any, cells: Any) -> Apart:
    return Apart(_text(kind), tuple(map(_cell, cells)))


def _problem(code: str, field: str, value: str) -> Problem:
    return Problem(code, field=field, value=value)


def _texts(value: Any, count: int | None = None) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) != (len(value) if count is None else count):
        raise ValueError("a list of texts was expected")
    return tuple(map(_text, value))


def _cell(value: Any) -> str | None:
    return None if value is None else _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text was expected")
    return value
