"""The checks of a batch: every cell against the type and the rules of its column, vectorised."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.readers.base import TextBatch
from opendata.pipeline.table import row_rules
from opendata.pipeline.table.casts import ZONED, Cast, Mask, arrow_type, cast
from opendata.pipeline.table.octets import octets
from opendata.pipeline.table.plan import ColumnPlan, TablePlan
from opendata.pipeline.table.rules import rule_of

# Takes the text and the typed values of a column; true where the rule is broken, null counts as no.
Rule = Callable[[pa.StringArray, pa.Array], pa.BooleanArray]
# Rules that look at the values alone: a column with others always comes as text.
_VALUE_RULES = frozenset({"enum", "minimum", "maximum"})
_FIXED_DIGITS = re.compile(r"\[0-9\]\{([0-9]{1,3})\}")


@dataclass(frozen=True)
class Finding:
    """Cells of one column that break one rule, as positions in the batch."""

    code: str
    column: ColumnPlan
    positions: npt.NDArray[np.intp]
    rule: str = ""


@dataclass(frozen=True)
class Checked:
    """A batch after its checks: typed columns, what was found, and which rows are good."""

    values: tuple[pa.Array, ...]
    findings: tuple[Finding, ...]
    good: Mask | None  # None: all rows


class Checker:
    """Checks batches of one table; made once, its rules are compiled once."""

    def __init__(self, plan: TablePlan) -> None:
        self._columns = [(column, _rules(column)) for column in plan.columns]
        self._row_checks = row_rules.checks(plan)
        self._missing = plan.missing_values

    def wanted(self) -> dict[int, pa.DataType]:
        """Return which columns may come typed from the reader: no rule of theirs asks the text."""
        return {
            column.index: arrow_type(column.kind, column.column.format)
            for column, rules in self._columns
            if _parses_alike(column)
            and _VALUE_RULES.issuperset(code for code, _ in rules)
            # The parser does not know that a value of the kind stands for an empty cell.
            and not _cast(_texts((*self._missing, *column.missing)), column)[0].drop_null()
        }

    def check(self, batch: TextBatch) -> Checked:
        """Return the typed columns and every broken rule of the batch."""
        values: list[pa.Array] = []
        findings: list[Finding] = []
        good = np.ones(len(batch.rows), bool)
        for column, rules in self._columns:
            missing = (*self._missing, *column.missing)
            text = _without(batch.columns[column.index], missing)
            typed, misfits = _typed(text, column)
            values.append(typed)
            for code, bad in _broken(column, rules, text, typed, misfits):
                findings.append(Finding(code, column, np.flatnonzero(bad), rule_of(column, code)))
                good &= ~bad
        for check in self._row_checks:
            answer = check.broken(values)
            if pc.any(answer).as_py():
                bad = _mask(answer)
                findings.append(Finding(check.code, check.column, np.flatnonzero(bad), check.rule))
                good &= ~bad
        return Checked(tuple(values), tuple(findings), None if good.all() else good)


def _without(text: pa.StringArray, missing: tuple[str, ...]) -> pa.StringArray:
    if not missing or not pa.types.is_string(text.type):
        return text
    is_missing = pc.is_in(text, _texts(missing))
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), text)


def _texts(values: tuple[str, ...]) -> pa.StringArray:
    return pa.array(values, pa.string())


def _parses_alike(plan: ColumnPlan) -> bool:
    """Say whether Arrow's CSV parser reads a column as `casts` does."""
    form = plan.column.format
    if plan.kind in ("date", "datetime"):
        return form == "default" or (plan.kind == "datetime" and form == ZONED)
    return plan.kind in ("integer", "number") and form == "default" and not plan.options


def _typed(text: pa.Array, column: ColumnPlan) -> Cast:
    """Return the values of a column, which the reader may have parsed already."""
    if pa.types.is_string(text.type):
        return _cast(text, column)
    return text, None


def _broken(
    column: ColumnPlan,
    rules: list[tuple[str, Rule]],
    text: pa.StringArray,
    typed: pa.Array,
    misfits: Mask | None,
) -> list[tuple[str, Mask]]:
    found: list[tuple[str, Mask]] = []
    if misfits is not None:
        found.append(("type", misfits))
    if column.rules.required and text.null_count:
        found.append(("required", _mask(text.is_null())))
    for code, rule in rules:
        answer = rule(text, typed)
        if pc.any(answer).as_py():
            # A value of the wrong type has one problem, not as many as there are rules.
            bad = _mask(answer) if misfits is None else _mask(answer) & ~misfits
            if bad.any():
                found.append((code, bad))
    return found


def _mask(answer: pa.BooleanArray) -> Mask:
    mask: Mask = answer.fill_null(fill_value=False).to_numpy(zero_copy_only=False)
    return mask


def _rules(plan: ColumnPlan) -> list[tuple[str, Rule]]:
    rules, found = plan.rules, list[tuple[str, Rule]]()
    if rules.enum:
        found.append(("enum", _enum(plan)))
    if rules.pattern:
        found.append(("pattern", _pattern(rules.pattern)))
    if rules.minimum is not None:
        found.append(("minimum", _limit(plan, rules.minimum, pc.less)))
    if rules.maximum is not None:
        found.append(("maximum", _limit(plan, rules.maximum, pc.greater)))
    if rules.exclusive_minimum is not None:
        found.append(("exclusive-minimum", _limit(plan, rules.exclusive_minimum, pc.less_equal)))
    if rules.exclusive_maximum is not None:
        over = _limit(plan, rules.exclusive_maximum, pc.greater_equal)
        found.append(("exclusive-maximum", over))
    if rules.min_length is not None:
        found.append(("min-length", _min_length(rules.min_length)))
    if rules.max_length is not None:
        found.append(("max-length", _max_length(rules.max_length)))
    return found


def _enum(plan: ColumnPlan) -> Rule:
    allowed, _ = _cast(pa.array(plan.rules.enum, pa.string()), plan)
    return lambda _text, typed: pc.and_(
        typed.is_valid(), pc.invert(pc.is_in(typed, allowed, skip_nulls=True))
    )


def _pattern(pattern: str) -> Rule:
    anchored = rf"\A(?:{pattern})\z"
    digits = _FIXED_DIGITS.fullmatch(pattern)

    def breaks(text: pa.StringArray, _typed: pa.Array) -> pa.BooleanArray:
        if digits and _has_only_digits(text, int(digits[1])):
            return pa.nulls(len(text), pa.bool_())
        return pc.invert(pc.match_substring_regex(text, anchored))

    return breaks


def _has_only_digits(text: pa.StringArray, count: int) -> bool:
    """Say whether every text is `count` digits: codes are, and need no regular expression."""
    data, ends = octets(text)
    if text.null_count or not len(data):
        return False
    digits = data - np.uint8(ord("0"))
    return bool((np.diff(ends) == count).all() and (digits <= 9).all())


def _limit(plan: ColumnPlan, limit: str, breaks: Callable[..., pa.BooleanArray]) -> Rule:
    value = _cast(pa.array([limit]), plan)[0][0]
    if not value.is_valid:
        # Limits may be written in ISO or with a point whatever the format of the column.
        value = cast(pa.array([limit]), plan.kind)[0][0]
    return lambda _text, typed: breaks(typed, value)


def _min_length(limit: int) -> Rule:
    return lambda text, _typed: pc.less(pc.utf8_length(text), limit)


def _max_length(limit: int) -> Rule:
    def breaks(text: pa.StringArray, _typed: pa.Array) -> pa.BooleanArray:
        # No text has more letters than bytes, which need no counting.
        many = pc.greater(pc.binary_length(text), limit)
        return pc.greater(pc.utf8_length(text), limit) if pc.any(many).as_py() else many

    return breaks


def _cast(text: pa.StringArray, plan: ColumnPlan) -> Cast:
    return cast(text, plan.kind, plan.column.format, plan.options)
