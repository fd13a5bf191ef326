"""Rules that look at more than one cell of a row: comparisons, and codes valid at a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table import code_lists
from opendata.pipeline.table.casts import cast
from opendata.pipeline.table.plan import ColumnPlan, TablePlan
from opendata.services.table_schemas import Operand, RowRule

# Takes the typed columns of a batch; true where the rule is broken, null counts as no.
Broken = Callable[[Sequence[pa.Array]], pa.BooleanArray]

_BREAKS = {
    "<=": pc.greater,
    "<": pc.greater_equal,
    ">=": pc.less,
    ">": pc.less_equal,
    "==": pc.not_equal,
    "!=": pc.equal,
}


@dataclass(frozen=True)
class RowCheck:
    """One rule over rows; what breaks it is told of `column`."""

    code: str
    column: ColumnPlan
    rule: str
    broken: Broken


def checks(plan: TablePlan) -> list[RowCheck]:
    """Return the checks of a table that need more than one column, or a code list."""
    places = {of.column.name: place for place, of in enumerate(plan.columns)}
    found = [_comparison(plan, places, rule) for rule in plan.rules]
    for listed in plan.lists:
        column = plan.columns[places[listed.column]]
        for code, broken in code_lists.checks(listed, places):
            found.append(RowCheck(code, column, f"list: {listed.code_list}", broken))
    return found


def _comparison(plan: TablePlan, places: dict[str, int], rule: RowRule) -> RowCheck:
    name = rule.left.field or rule.right.field
    column = plan.columns[places[name]]
    left, right = _side(rule.left, places, column), _side(rule.right, places, column)
    breaks = _BREAKS[rule.operator]
    return RowCheck("row-rule", column, rule.text, lambda typed: breaks(left(typed), right(typed)))


def _side(
    side: Operand, places: dict[str, int], beside: ColumnPlan
) -> Callable[[Sequence[pa.Array]], pa.Array | pa.Scalar]:
    if side.field:
        place = places[side.field]
        return lambda typed: typed[place]
    text = pa.array([side.literal])
    value = cast(text, beside.kind, beside.column.format, beside.options)[0][0]
    if not value.is_valid:
        value = cast(text, beside.kind)[0][0]  # in ISO, whatever the format of the column
    return lambda _typed: value
