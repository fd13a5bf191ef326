"""Looks for what may be personal data while a table streams by; a person decides what it is.

What counts, and when:

- Numbers with a form of their own (citizen number of twelve digits with province, century and year
  of birth; mobile telephone; bank card by prefix and check digit) count wherever they stand, also
  once in a note, if at least half of the numbers of that size in the column are so: one in seventy
  random numbers of twelve digits looks like a citizen number. In a column of integers it takes
  twenty cells and four of five. Where the header names the kind, one cell is enough.
- Numbers without a form (nine digits of an old identity card, ten of social insurance, passports)
  count only where the header names them. So do numbers that have lost their leading zero.
- Numbers of ten digits with the check digit of a tax code are tax codes, and what stands below a
  header that says code, tax, hotline or fax is no private telephone.
- Telephones in buildings and mailboxes of posts and state bodies count only in a table that names
  persons.
- Names of persons with dates of birth, or with home addresses, are told by the headers of two
  columns; rows count that have both.

Columns of dates, decimals and the like hold none of this, but where a header names a kind; cells
that do not fit such a column are rows set aside, and are looked at as those. Samples are masked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.readers.base import TextBatch
from opendata.pipeline.table.checks import Checked
from opendata.pipeline.table.personal_headers import Headers
from opendata.pipeline.table.personal_tally import SAMPLES, Tally, masked_name
from opendata.pipeline.tables import Column, PersonalFinding

_LOOKED_AT = {"string", "integer", "year", "any"}
_HOUSE = r"[0-9,]"  # an address that says more than the commune


@dataclass
class _Pair:
    """Two columns that say together whom a row is about."""

    kind: str
    person: int
    other: int
    rows: int = 0


class PersonalWatch:
    """Watches one table. `allowed`: kinds that may be public, by the name of the column."""

    def __init__(
        self, columns: Sequence[Column], allowed: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self._columns = tuple(columns)
        self._allowed = {name: frozenset(kinds) for name, kinds in (allowed or {}).items()}
        self._headers = Headers(self._columns)
        self._tallies = [
            self._tally(place, is_number=column.type == "integer")
            for place, column in enumerate(self._columns)
        ]
        self._misfits: dict[int, Tally] = {}
        self._elsewhere = Tally()
        self._pairs = list(self._find_pairs())
        self._names: list[str] = []
        self.add_cells(column.header for column in self._columns)

    def _tally(self, place: int, *, is_number: bool) -> Tally:
        return Tally(
            self._headers.kinds(place),
            denies_phones=self._headers.denies_phones(place),
            is_number=is_number,
            names_persons=self._headers.person is not None,
        )

    def _find_pairs(self) -> Iterator[_Pair]:
        person, birth, home = self._headers.person, self._headers.birth, self._headers.home
        if person is not None and birth is not None:
            yield _Pair("name-and-birth", person, birth)
        if person is not None and home is not None:
            yield _Pair("name-and-address", person, home)

    def see(self, batch: TextBatch, checked: Checked) -> None:
        """Look at the next rows of the file: those that are published and those that are not."""
        self.add(batch.columns)
        self.add_cells(cell for row in batch.broken for cell in row.cells)
        for finding in checked.findings:
            text = batch.columns[finding.column.index]
            if finding.code == "type" and text.type == pa.string():
                self._add_misfits(finding.column.index, text.take(pa.array(finding.positions)))

    def _add_misfits(self, place: int, text: pa.StringArray) -> None:
        """What is no number or no date may be anything: it is looked at as text."""
        if place not in self._misfits:
            self._misfits[place] = self._tally(place, is_number=False)
        self._misfits[place].add(text)

    def add(self, texts: Sequence[pa.Array]) -> None:
        """Look at more rows: one array for each column, of text or of what the text became."""
        for place, values in enumerate(texts):
            if self._is_looked_at(place):
                self._tallies[place].add(values)
        for pair in self._pairs:
            self._add_pair(pair, texts[pair.person], texts[pair.other])

    def _is_looked_at(self, place: int) -> bool:
        return self._columns[place].type in _LOOKED_AT or bool(self._headers.kinds(place))

    def add_cells(self, cells: Iterable[str | None]) -> None:
        """Look at cells that stand in no column: headers, titles, totals, rows that are broken."""
        self._elsewhere.add(pa.array(list(cells), pa.string()))

    def _add_pair(self, pair: _Pair, names: pa.Array, others: pa.Array) -> None:
        both = pc.and_(names.is_valid(), _is_told(pair.kind, others))
        pair.rows += pc.sum(both).as_py() or 0
        if len(self._names) < SAMPLES and pair.rows:
            found = _as_text(names).filter(both)[:SAMPLES].to_pylist()
            self._names = [masked_name(name) for name in found]

    def findings(self) -> tuple[PersonalFinding, ...]:
        """Return what looks like personal data, column by column; cells without one come last."""
        return (*self._of_columns(), *self._of_pairs(), *self._of_cells())

    def _of_columns(self) -> Iterator[PersonalFinding]:
        for place, column in enumerate(self._columns):
            tallies = [self._tallies[place], *filter(None, [self._misfits.get(place)])]
            for kind, count in _counts(tallies).items():
                samples = [text for tally in tallies for text in tally.samples.get(kind, ())]
                yield PersonalFinding(
                    code=kind,
                    column=self._label(place),
                    count=count,
                    samples=tuple(samples[:SAMPLES]),
                    is_allowed=self._is_allowed(kind, column),
                )

    def _of_pairs(self) -> Iterator[PersonalFinding]:
        for pair in self._pairs:
            both = (self._columns[pair.person], self._columns[pair.other])
            if pair.rows:
                yield PersonalFinding(
                    code=pair.kind,
                    column=", ".join(map(self._label, (pair.person, pair.other))),
                    count=pair.rows,
                    samples=tuple(self._names),
                    is_allowed=any(self._is_allowed(pair.kind, column) for column in both),
                )

    def _of_cells(self) -> Iterator[PersonalFinding]:
        for kind, count in self._elsewhere.findings():
            yield PersonalFinding(kind, "", count, tuple(self._elsewhere.samples.get(kind, ())))

    def _is_allowed(self, kind: str, column: Column) -> bool:
        return kind in self._allowed.get(column.name, ())

    def _label(self, place: int) -> str:
        """A file without header has its first row in place of names: they may be of a person."""
        column = self._columns[place]
        return f"column_{place + 1}" if _is_personal_text(column.header) else column.name

    def are_clean(self, rows: Sequence[Sequence[str | None]]) -> list[bool]:
        """Say of each row whether nothing in it looks like personal data, allowed kinds apart.

        Stricter than `findings`: a number that has the form by chance is no clean one.
        """
        is_whole = [len(cells) == len(self._columns) for cells in rows]
        whole = iter(
            self._clean_rows([row for row, fits in zip(rows, is_whole, strict=True) if fits])
        )
        return [
            next(whole) if fits else not self._pairs and not any(map(_is_personal_text, row))
            for row, fits in zip(rows, is_whole, strict=True)
        ]

    def _clean_rows(self, rows: Sequence[Sequence[str | None]]) -> list[bool]:
        clean = np.ones(len(rows), bool)
        for place, column in enumerate(self._columns):
            text = pa.array([cells[place] for cells in rows], pa.string())
            allowed = self._allowed.get(column.name, frozenset())
            clean &= ~self._tally(place, is_number=False).looks_personal(text, allowed)
        for pair in self._closed_pairs():
            named = [bool(cells[pair.person] and cells[pair.other]) for cells in rows]
            clean &= ~np.array(named, bool)
        return list(map(bool, clean))

    def _closed_pairs(self) -> Iterator[_Pair]:
        for pair in self._pairs:
            both = (self._columns[pair.person], self._columns[pair.other])
            if not any(self._is_allowed(pair.kind, column) for column in both):
                yield pair


def _counts(tallies: Sequence[Tally]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for tally in tallies:
        counts.update(dict(tally.findings()))
    return counts


def _is_personal_text(cell: str | None) -> bool:
    return bool(Tally().looks_personal(pa.array([cell], pa.string())).any())


def _is_told(kind: str, values: pa.Array) -> pa.BooleanArray:
    if kind == "name-and-address":
        return pc.match_substring_regex(_as_text(values), _HOUSE).fill_null(fill_value=False)
    return values.is_valid()


def _as_text(values: pa.Array) -> pa.StringArray:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values if values.type == pa.string() else values.cast(pa.string())
