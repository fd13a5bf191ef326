"""Types learned from the text of a whole file; a value that does not fit makes the column text.

What looks like a code stays text: leading zeros, plus signs, long digit strings, columns whose
name says code or telephone. What was decided, and why, is kept with the column.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.readers.base import TextBatch
from opendata.pipeline.table import meaning, names
from opendata.pipeline.table.candidates import Candidate, likeliest
from opendata.pipeline.table.decision import Decision
from opendata.pipeline.table.placeholders import Placeholders, are_placeholders
from opendata.pipeline.table.typed import Mask
from opendata.pipeline.tables import TableShape

# Kinds that codes fit by chance: `1.1` of a list, `12/2025` of a document.
_LIKE_CODES = ("integer", "number", "yearmonth")
_FEW = 50
# Placeholders are taken for missing values in large columns only, and where they are rare.
_MANY_VALUES = 200
_RARE = 0.005
# So many misfits are counted before a column is called mixed.
_MANY_MISFITS = 20


def infer(table: TableShape, batches: Iterable[TextBatch]) -> list[Decision]:
    """Return what each column is after looking at every value; kinds that the file declares stand.

    Reads nothing where the file declares all of them.
    """
    declared = [kind for kind, _ in table.kinds] or [""] * len(table.header)
    if all(declared):
        return [_declared(table, number) for number in range(len(declared))]
    columns = [_Column(label) for label in table.header]
    for batch in batches:
        for column, kind, text in zip(columns, declared, batch.columns, strict=True):
            if not kind:
                column.add(text)
    return [
        _declared(table, number) if declared[number] else column.decision()
        for number, column in enumerate(columns)
    ]


def _declared(table: TableShape, number: int) -> Decision:
    kind, form = table.kinds[number]
    decision = Decision(kind, form, why="declared-by-file")
    return meaning.with_role(decision, names.ascii_name(table.header[number]), None)


class _Column:
    """What the values seen so far allow."""

    def __init__(self, label: str) -> None:
        self._name = names.ascii_name(label)
        self._candidate: Candidate | None = None
        self._few: pa.StringArray | None = None
        self._placeholders = Placeholders()
        self._values = 0
        self._misfits = 0
        self._is_text = False

    def add(self, text: pa.StringArray) -> None:
        """Look at the next values; null is none."""
        if self._is_text or text.null_count == len(text):
            return
        self._values += len(text) - text.null_count
        if self._candidate is None and not self._begin(text):
            return
        bad = self._fit(text)
        if bad is not None:
            text = self._placeholders.taken_out(text, bad)
            bad = self._fit(text) if text.null_count < len(text) else None
        if bad is not None:
            self._misfits += int(bad.sum())
            self._is_text = self._misfits > _MANY_MISFITS

    def decision(self) -> Decision:
        """Return what the column is, its meaning included."""
        decided = self._decided()
        if decided.kind != "string" and self._placeholders.count:
            if self._placeholders.count > _RARE * self._values or self._values < _MANY_VALUES:
                decided = Decision(why="placeholders-not-rare")
            else:
                decided = replace(
                    decided,
                    why="placeholders",
                    missing=self._placeholders.spellings,
                    placeholders=self._placeholders.count,
                )
        return meaning.with_role(decided, self._name, self._few)

    def _decided(self) -> Decision:
        if self._few is None and not self._placeholders.count:
            return Decision(why="no-values")
        if self._candidate is None:
            return Decision(why="text")
        if self._misfits:
            return Decision(why="one-value-does-not-fit" if self._misfits == 1 else "mixed")
        found = self._candidate.decision()
        if found.kind in _LIKE_CODES and meaning.is_code(self._name):
            return Decision(why="code-name")
        return found

    def _begin(self, text: pa.StringArray) -> bool:
        """Choose what to try on all values by the first few; False: nothing, or no value yet."""
        few = _meaningful(text.drop_null().slice(0, _FEW))
        if not len(few):
            few = _meaningful(text.drop_null()).slice(0, _FEW)
        if not len(few):
            self._placeholders.taken_out(text, text.is_valid().to_numpy(zero_copy_only=False))
            return False
        self._few = few
        self._candidate = likeliest(self._name, few)
        self._is_text = self._candidate is None
        return not self._is_text

    def _fit(self, text: pa.StringArray) -> Mask | None:
        """Return the misfits; a wider kind that holds all earlier values takes over if it fits."""
        if self._candidate is None:
            return None
        bad = self._candidate.add(text)
        wider = self._candidate.wider() if bad is not None and not self._misfits else None
        if wider is None or wider.add(text) is not None:
            return bad
        self._candidate = wider
        return None


def _meaningful(values: pa.StringArray) -> pa.StringArray:
    return values.filter(pc.invert(are_placeholders(values)))
