"""What a run changed in the metadata of a dataset, field by field, for people to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# {field, before, after}: texts, shortened.
Change = dict[str, Any]
_LONGEST = 500


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the fields of two metadata documents that differ; maps of languages by language."""
    changes = []
    for field in sorted({*before, *after}):
        old, new = before.get(field), after.get(field)
        if isinstance(old, dict) and isinstance(new, dict):
            changes += [
                change(f"{field}.{key}", old.get(key), new.get(key))
                for key in sorted({*old, *new})
                if old.get(key) != new.get(key)
            ]
        elif old != new:
            changes.append(change(field, old, new))
    return changes


def change(field: str, before: Any, after: Any) -> Change:
    """Return one change; None stands for nothing."""
    return {"field": field, "before": _shown(before), "after": _shown(after)}


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
