"""What is expected of a table before it is read, and the plan that comes of it.

The published schema decides. Without one the types are learned from the file and held against
what the resource promises: text that was promised stays text, though all codes of this month look
like numbers; a column that was typed stays typed, so that one bad cell costs its row and not the
type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from opendata.pipeline.readers import pieces
from opendata.pipeline.readers.base import Piece, TableSource, TextBatch
from opendata.pipeline.readers.wanted import Wanted
from opendata.pipeline.table import infer, names, plan, references
from opendata.pipeline.table.decision import Decision
from opendata.pipeline.table.in_order import in_order
from opendata.pipeline.table.plan import ColumnPlan, TablePlan
from opendata.pipeline.table.rules import rule_of_key
from opendata.pipeline.table.times import ZONED
from opendata.records import Problem
from opendata.services.table_schemas import TableSchema

_ZONE = re.compile(r"(Z|[+-][0-9]{2}:?[0-9]{2})\s*\Z")
# What holds every value of another kind.
WIDER = frozenset({("integer", "number"), ("date", "datetime")})


@dataclass(frozen=True)
class Expected:
    """A published schema, or the columns promised ({name, type, format, options}); or nothing.

    `is_firm`: a column that was typed is read so even where the file now holds other text.
    `others`: tables of the same file that are written already, which foreign keys may point to.
    """

    schema: TableSchema | None = None
    promised: Sequence[Mapping[str, Any]] = ()
    is_firm: bool = True
    others: Mapping[str, Path] = field(default_factory=dict)


def plan_of(source: TableSource, expected: Expected) -> TablePlan:
    """Return what each column of a table becomes; without a schema the file is read for it."""
    table = source.table
    if expected.schema is not None:
        planned = plan.by_schema(table.header, expected.schema)
        return _with_references(_with_zones(planned, source), expected.others)
    decisions = infer.infer(table, in_order(_read, pieces(source, Wanted())))
    return plan.learned(table, keep_promises(decisions, names.unique_names(table.header), expected))


def _with_references(planned: TablePlan, others: Mapping[str, Path]) -> TablePlan:
    """Point the foreign keys to the tables of the file; a key without one is told."""
    found, lost = references.found_in(planned.references, others)
    told = (Problem("missing-table", field=key.label, rule=rule_of_key(key)) for key in lost)
    return replace(planned, references=tuple(found), mismatch=(*planned.mismatch, *told))


def _with_zones(planned: TablePlan, source: TableSource) -> TablePlan:
    """Let columns of the default format of times have zones, where their first value has one.

    The standard leaves it open; a column has zones or it has none.
    """
    times = [of for of in planned.columns if (of.kind, of.column.format) == ("datetime", "default")]
    piece = next(iter(pieces(source, Wanted())), None) if times else None
    if piece is None:
        return planned
    batch = piece()
    zoned = {of.index for of in times if _has_zone(batch.columns[of.index].drop_null())}
    columns = tuple(_zoned(of) if of.index in zoned else of for of in planned.columns)
    return replace(planned, columns=columns)


def _has_zone(texts: pa.StringArray) -> bool:
    return len(texts) > 0 and _ZONE.search(texts[0].as_py()) is not None


def _zoned(of: ColumnPlan) -> ColumnPlan:
    return replace(of, column=replace(of.column, format=ZONED))


def keep_promises(
    found: Sequence[Decision], columns: Sequence[str], expected: Expected
) -> list[Decision]:
    """Return the decisions with the kinds that were promised, where the values can bear them."""
    promised = {column["name"]: column for column in expected.promised}
    return [
        _kept(decision, promised.get(name), is_firm=expected.is_firm)
        for decision, name in zip(found, columns, strict=True)
    ]


def _kept(found: Decision, promise: Mapping[str, Any] | None, *, is_firm: bool) -> Decision:
    if promise is None or promise["type"] == found.kind:
        return found
    kind = promise["type"]
    bears_all = kind == "string" or (found.kind, kind) in WIDER or found.why == "no-values"
    if bears_all or (is_firm and found.kind == "string"):
        form, options = promise.get("format", "default"), promise.get("options", {})
        return replace(found, kind=kind, form=form, options=options, why="promised")
    return found


def _read(piece: Piece) -> TextBatch:
    return piece()
