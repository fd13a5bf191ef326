"""Rows that are not published: kept whole, one line per problem, with counts and samples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from opendata.pipeline.table.parquet import TableWriter
from opendata.pipeline.tables import ProblemCount
from opendata.records import Problem, clean_text

SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("code", pa.string()),
        pa.field("value", pa.string()),
        pa.field("raw", pa.string()),  # the cells of the row, a JSON array of texts and nulls
    ]
)
Cells = tuple[str | None, ...]
_MAX_SAMPLE = 200
_BATCH = 1_024  # lines: more of them scatter over the memory, and hold it


@dataclass(frozen=True)
class Line:
    """One problem of one quarantined row."""

    row: int
    column: str
    code: str
    value: str
    cells: Cells
    rule: str = ""


AreClean = Callable[[Sequence[Cells]], Sequence[bool]]


def all_clean(rows: Sequence[Cells]) -> Sequence[bool]:
    """Clear every row: nobody looks for personal data."""
    return [True] * len(rows)


class Quarantine:
    """Collects the bad rows of one table; the file exists only if there are any.

    Samples are seen by the public: they have no value where `are_clean` does not clear the row.
    """

    def __init__(self, path: Path, *, max_samples: int, are_clean: AreClean = all_clean) -> None:
        self._path = path
        self._are_clean = are_clean
        self._max_samples = max_samples
        self._counts: Counter[tuple[str, str]] = Counter()
        self._rules: dict[tuple[str, str], str] = {}
        self._samples: list[Problem] = []
        self._writer: TableWriter | None = None
        self._waiting: list[Line] = []

    def __enter__(self) -> Quarantine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        if self._writer:
            self._writer.__exit__(kind, error, trace)

    @property
    def path(self) -> Path | None:
        """The file, None while no row is bad."""
        return self._path if self._counts and self._writer else None

    @property
    def problems(self) -> tuple[ProblemCount, ...]:
        """How often each kind of problem was met, by code and column."""
        counts = sorted(self._counts.items())
        return tuple(
            ProblemCount(code, column, count, self._rules[code, column])
            for (code, column), count in counts
        )

    @property
    def samples(self) -> tuple[Problem, ...]:
        """The first problems by row."""
        return tuple(sorted(self._samples, key=lambda problem: problem.row or 0))

    def add(self, lines: Sequence[Line]) -> None:
        """Keep problems of rows that are not published."""
        for line, value in zip(lines, self._shown(lines), strict=True):
            self.note(line.code, line.column, value, row=line.row, rule=line.rule)
        self._waiting += lines
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _shown(self, lines: Sequence[Line]) -> list[str]:
        """The values that may be seen; asked only while samples are taken, for it costs."""
        wanted = lines[: max(0, self._max_samples - len(self._samples))]
        clean = self._are_clean([line.cells for line in wanted]) if wanted else ()
        shown = [line.value if fits else "" for line, fits in zip(wanted, clean, strict=True)]
        return shown + [""] * (len(lines) - len(wanted))

    def note(self, code: str, column: str, value: str, *, row: int, rule: str = "") -> None:
        """Count a problem; the row may be published all the same."""
        self._counts[code, column] += 1
        self._rules.setdefault((code, column), rule)
        if len(self._samples) < self._max_samples:
            short = clean_text(value)[:_MAX_SAMPLE]
            self._samples.append(Problem(code, field=column, value=short, row=row, rule=rule))

    def _flush(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            self._writer = TableWriter(self._path, SCHEMA)
        lines, self._waiting = self._waiting, []
        columns = [
            [line.row for line in lines],
            [line.column for line in lines],
            [line.code for line in lines],
            [line.value for line in lines],
            [json.dumps(line.cells, ensure_ascii=False) for line in lines],
        ]
        self._writer.write(
            pa.RecordBatch.from_pydict(dict(zip(SCHEMA.names, columns, strict=True)), SCHEMA)
        )
