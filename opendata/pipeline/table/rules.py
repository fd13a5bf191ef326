"""What was expected of a cell, a short text beside the problem: `type: integer`, `maximum: 9`."""

from __future__ import annotations

from opendata.pipeline.table.plan import ColumnPlan, Key

_MAX_RULE = 200  # characters


def rule_of(plan: ColumnPlan, code: str) -> str:
    """Return the rule of a column that `code` says is broken; empty where the code says it all."""
    rules = plan.rules
    told = {
        "type": _type(plan),
        "enum": f"one of: {', '.join(rules.enum)}",
        "pattern": f"pattern: {rules.pattern}",
        "minimum": f"minimum: {rules.minimum}",
        "maximum": f"maximum: {rules.maximum}",
        "exclusive-minimum": f"more than: {rules.exclusive_minimum}",
        "exclusive-maximum": f"less than: {rules.exclusive_maximum}",
        "min-length": f"min-length: {rules.min_length}",
        "max-length": f"max-length: {rules.max_length}",
    }
    return _short(told.get(code, ""))


def rule_of_width(columns: int) -> str:
    """Return the rule of a row: as many cells as there are columns."""
    return f"cells: {columns}"


def rule_of_key(key: Key) -> str:
    """Return the rule of a key: its columns together occur once, or occur in its targets."""
    if not key.targets:
        return _short(f"unique: {key.label}")
    targets = ", ".join(key.targets)
    return _short(f"in: {key.table} ({targets})" if key.table else f"in: {targets}")


def _type(plan: ColumnPlan) -> str:
    form = plan.column.format
    return f"type: {plan.kind}" + (f", {form}" if form != "default" else "")


def _short(rule: str) -> str:
    return rule if len(rule) <= _MAX_RULE else f"{rule[: _MAX_RULE - 1]}…"
