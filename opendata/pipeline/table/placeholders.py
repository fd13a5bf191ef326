"""Words that stand where there is no value: a dash, `n/a`, `không có`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table.typed import Mask, trimmed

# A closed list, in small letters: any other word may mean something.
PLACEHOLDERS = (
    *("-", "--", "---", "–", "—", "…", "...", "..", "x"),
    *("n/a", "#n/a", "na", "nan", "null", "nil", "none", "không có", "không có số liệu", "chưa có"),
)


class Placeholders:
    """The placeholders met in one column: how many, and how they are spelled."""

    def __init__(self) -> None:
        self.count = 0
        self._spellings: dict[str, None] = {}

    @property
    def spellings(self) -> tuple[str, ...]:
        """The texts as they stand in the file, in the order of their first appearance."""
        return tuple(self._spellings)

    def taken_out(self, text: pa.StringArray, bad: Mask) -> pa.StringArray:
        """Return the texts with those null that do not fit and are placeholders; count them."""
        found = pc.and_(pa.array(bad), are_placeholders(text))
        words = text.filter(found)
        self.count += len(words)
        self._spellings |= dict.fromkeys(pc.unique(words).to_pylist())
        return pc.if_else(found, pa.scalar(None, pa.string()), text) if len(words) else text


def are_placeholders(text: pa.StringArray) -> pa.BooleanArray:
    """Say of each text whether it only fills a place; null does not."""
    return pc.is_in(pc.utf8_lower(trimmed(text)), pa.array(PLACEHOLDERS))
