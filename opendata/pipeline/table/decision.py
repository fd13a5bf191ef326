"""What was decided about a column that no schema describes, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Decision:
    """The kind of a column as learned from its values; `why` is a code of `vocabulary.DECISIONS`.

    `options` and `missing` are as in `plan.ColumnPlan`; `placeholders` counts the cells that hold
    a word of `missing`.
    """

    kind: str = "string"
    form: str = "default"
    options: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    unit: str = ""
    role: str = ""
    missing: tuple[str, ...] = ()
    placeholders: int = 0
