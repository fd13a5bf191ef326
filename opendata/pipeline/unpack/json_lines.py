"""Lines of JSON: a record on each line. Runs in a confined child."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from opendata.errors import SourceFailure
from opendata.pipeline.unpack import manifest
from opendata.pipeline.unpack.array_survey import ArraySurvey
from opendata.pipeline.unpack.json_values import DECODER
from opendata.pipeline.unpack.order import Order, from_words
from opendata.pipeline.unpack.record_table import write_records
from opendata.pipeline.unpacked import Unpacked


class _Damaged(str):
    """A line that is no JSON: a broken row."""

    __slots__ = ()


def unpack(words: Sequence[str], _: bytes) -> bytes:
    """Write the table of lines of JSON; the task of a child, see `frame.py`. Raises as `tables`."""
    return manifest.to_json(tables(from_words(words)), [])


def tables(order: Order) -> list[Unpacked]:
    """Write the one table that lines of JSON are.

    Raises `SourceFailure`: unreadable, not-tabular, line-too-long, too-many-columns,
    unpacked-too-large.
    """
    survey, lines, damaged = ArraySurvey(order), 0, 0
    for item, _ in _items(order):
        lines += 1
        damaged += isinstance(item, _Damaged)
        survey.add(item)
    if damaged * 2 > lines:
        raise SourceFailure(
            "unreadable",
            order.where,
            f"{damaged} of its {lines} lines are no JSON; ask the source to mend it",
        )
    if not survey.is_table:
        raise SourceFailure("not-tabular", order.where, "its lines are no records")
    passed = 0

    def items() -> Iterator[Any]:
        nonlocal passed
        for item, size in _items(order):
            passed += size
            yield item

    found = write_records("", survey.rows(items(), lambda: passed), order, 0)
    return [found] if found else []


def _items(order: Order) -> Iterator[tuple[Any, int]]:
    """Yield the value of each line that is not blank, and the length of the line."""
    most = order.limits.max_line_bytes
    with Path(order.path).open(encoding="utf-8-sig") as file:
        while line := file.readline(most):
            if len(line) == most and not line.endswith("\n"):
                raise SourceFailure(
                    "line-too-long",
                    order.where,
                    f"a line has more than {most} characters; ask the source for a file with line "
                    "breaks, or raise tables.max_line_bytes",
                )
            if line.strip():
                yield _value(line.strip()), len(line)


def _value(line: str) -> Any:
    try:
        return DECODER.decode(line)
    except (json.JSONDecodeError, RecursionError):
        return _Damaged(line)
