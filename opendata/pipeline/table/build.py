"""One table from its file to Parquet and quarantine: one streaming pass of bounded memory.

Blocks are parsed, checked and hashed in threads; this thread cuts the file, keeps the order, looks
for repeats and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from opendata.pipeline.readers import pieces
from opendata.pipeline.readers.base import Piece, TableSource, TextBatch
from opendata.pipeline.readers.wanted import Wanted
from opendata.pipeline.table import casts, names, references, repeats
from opendata.pipeline.table.checks import Checked, Checker
from opendata.pipeline.table.examine import Task
from opendata.pipeline.table.examiner import Examiner
from opendata.pipeline.table.expected import Expected, plan_of
from opendata.pipeline.table.findings import key_findings, lines, note_emptied
from opendata.pipeline.table.fold import changing
from opendata.pipeline.table.in_order import beside, in_order
from opendata.pipeline.table.keys import Hashed, KeyWatch, Mask, Numbers, hash_key
from opendata.pipeline.table.note import Note
from opendata.pipeline.table.parquet import TableWriter
from opendata.pipeline.table.personal import PersonalWatch
from opendata.pipeline.table.plan import TablePlan
from opendata.pipeline.table.quarantine import AreClean, Quarantine, all_clean
from opendata.pipeline.table.row_numbers import RowNumbers
from opendata.pipeline.tables import BuiltTable, ProblemCount
from opendata.records import Problem


@dataclass(frozen=True)
class Files:
    """Where a table, its bad rows and its folded copy are written."""

    parquet: Path
    quarantine: Path
    folded: Path


class Watcher(Protocol):
    """Sees all rows of a table go by, each once and in their order, from one thread."""

    def see(self, batch: TextBatch, checked: Checked) -> None:
        """Look at rows before any is set aside.

        `batch.columns[n]` is text, but for columns of numbers and times, which mostly come typed
        (as `column.type` tells); `batch.cells` has the text of single rows. `checked.values[n]`
        is always typed, and null where a cell does not fit.
        """


@dataclass(frozen=True)
class _Worked:
    """A block after what needs no order: `good` holds the rows at `places` of the batch."""

    batch: TextBatch
    checked: Checked
    good: pa.RecordBatch
    places: Numbers
    hashed: tuple[Hashed, ...]
    folding: set[str]


@dataclass(frozen=True)
class Pass:
    """What a pass over the file has left behind."""

    read: int  # rows, blank ones apart
    blank: int
    writer: TableWriter
    bad: Quarantine
    watch: KeyWatch
    numbers: RowNumbers
    folding: frozenset[str]


def build_table(
    source: TableSource,
    expected: Expected,
    files: Files,
    watchers: Sequence[Watcher] = (),
) -> BuiltTable:
    """Read, check and write one table; rows with problems go to quarantine, never away.

    Raises `SourceFailure` where the file cannot be read to its end.
    """
    planned = plan_of(source, expected)
    personal = _personal_watch(source, planned, expected)
    with Examiner() as examiner:
        done = _passed(source, planned, files, [*watchers, personal, examiner], personal.are_clean)
        found = examiner.examine(_task(source, planned, files, done), source.where)
    return BuiltTable(
        name=source.table.name,
        title=source.table.title,
        columns=tuple(column.column for column in planned.columns),
        rows_read=done.read,
        rows_accepted=done.writer.rows,
        rows_quarantined=done.read - done.writer.rows,
        parquet=files.parquet,
        row_group_offsets=done.writer.offsets,
        quarantine=done.bad.path,
        problems=_counts(done, found.notes),
        samples=(*done.bad.samples, *_samples(found.notes, done.numbers)),
        schema=planned.schema,
        shape=source.table,
        schema_mismatch=planned.mismatch,
        profile=found.profile,
        folded=found.folded,
        personal=personal.findings(),
    )


def _passed(
    source: TableSource,
    planned: TablePlan,
    files: Files,
    watchers: Sequence[Watcher],
    are_clean: AreClean,
) -> Pass:
    """Pass over the file, and once more where only the written table tells which rows to keep."""
    stream = partial(one_pass, source, planned, files, are_clean=are_clean)
    done = stream(watchers)
    if cleared := repeats.wrongly_held(files.parquet, planned.keys, done.watch.suspects):
        # Two keys with one hash, once in some million files: read again, knowing better.
        done = stream(cleared=cleared)
    dangling = references.violations(files.parquet, planned)
    if any(len(positions) for positions in dangling):
        # Which rows point nowhere is known only now: they are set aside in a second pass.
        done = stream(cleared=cleared, dangling=tuple(map(done.numbers.of, dangling)))
    return done


def _personal_watch(source: TableSource, planned: TablePlan, expected: Expected) -> PersonalWatch:
    """Watch the columns, and the cells of the file that lie outside them."""
    fields = expected.schema.fields if expected.schema else ()
    allowed = {field.name: field.personal for field in fields}
    watch = PersonalWatch([of.column for of in planned.columns], allowed)
    watch.add_cells([source.table.title, source.table.name])
    watch.add_cells(cell for row in source.table.apart for cell in row.cells)
    return watch


def _task(source: TableSource, planned: TablePlan, files: Files, done: Pass) -> Task:
    return Task(
        table=files.parquet,
        folded=files.folded,
        rows=done.writer.rows,
        columns=tuple(of.column for of in planned.columns),
        folding=tuple(of.column.name for of in planned.columns if of.column.name in done.folding),
        apart=source.table.apart,
        is_keyed=bool(planned.keys),
        is_whole=done.read == done.writer.rows,
    )


def _counts(done: Pass, notes: Sequence[Note]) -> tuple[ProblemCount, ...]:
    """Count the rows set aside by what is wrong, what is told of the table, and blank rows."""
    told = [ProblemCount(note.code, note.column, note.count, note.rule) for note in notes]
    if done.blank:
        told.append(ProblemCount("blank-row", "", done.blank))
    return (*done.bad.problems, *told)


def _samples(notes: Sequence[Note], numbers: RowNumbers) -> tuple[Problem, ...]:
    """Show where the first ones are that a note speaks of, or the value that it found."""
    return tuple(
        Problem(note.code, note.column, note.value, row=row, rule=note.rule)
        for note in notes
        if note.positions or note.value
        for row in numbers.of(np.array(note.positions, np.int64)).tolist() or (None,)
    )


def arrow_schema(planned: TablePlan) -> pa.Schema:
    """Return the schema of the Parquet file; what is told of a column stays with its field."""
    return pa.schema(
        [
            pa.field(
                of.column.name,
                casts.arrow_type(of.kind, of.column.format),
                metadata=names.metadata(of.column),
            )
            for of in planned.columns
        ]
    )


def one_pass(
    source: TableSource,
    planned: TablePlan,
    files: Files,
    watchers: Sequence[Watcher] = (),
    *,
    are_clean: AreClean = all_clean,
    cleared: Sequence[Numbers] = (),
    dangling: Sequence[Numbers] = (),
) -> Pass:
    """Write the good rows and set the bad ones aside.

    `cleared` are rows, for each key, that only seem to repeat; `dangling`, for each reference, the
    rows that point nowhere.
    """
    arrow, checker = arrow_schema(planned), Checker(planned)
    watch = KeyWatch(planned.keys, cleared)
    numbers, folding, read, blank = RowNumbers(), set[str](), 0, 0
    limit = source.limits.max_problem_samples

    def work(piece: Piece) -> _Worked:
        # Another thread may have added to `folding`, or not yet: then a column is looked at twice.
        return _worked(piece(), checker, arrow, planned, tuple(folding))

    with (
        Quarantine(files.quarantine, max_samples=limit, are_clean=are_clean) as bad,
        TableWriter(files.parquet, arrow) as writer,
    ):
        for done in beside(
            _looking(watchers), in_order(work, pieces(source, Wanted(checker.wanted())))
        ):
            note_emptied(done.batch, planned, bad, read)
            rows = read + done.batch.rows[done.places]
            repeats_of_keys = watch.sift(done.good, done.hashed, rows)
            flags = [*repeats_of_keys, *(np.isin(rows, lost) for lost in dangling)]
            repeated = key_findings(planned, flags, done.places)
            bad.add(lines(done.batch, done.checked, repeated, planned, read))
            kept = _unflagged(flags, len(done.places))
            writer.write(done.good.filter(pa.array(kept)) if not kept.all() else done.good)
            numbers.note(rows[kept], before=read, count=done.batch.count)
            read += done.batch.count
            blank += done.batch.blank
            folding |= done.folding
    return Pass(read - blank, blank, writer, bad, watch, numbers, frozenset(folding))


def _looking(watchers: Sequence[Watcher]) -> Callable[[_Worked], None]:
    def look(done: _Worked) -> None:
        for watcher in watchers:
            watcher.see(done.batch, done.checked)

    return look


def _worked(
    batch: TextBatch,
    checker: Checker,
    arrow: pa.Schema,
    planned: TablePlan,
    folding: tuple[str, ...],
) -> _Worked:
    checked = checker.check(batch)
    good = pa.RecordBatch.from_arrays(list(checked.values), schema=arrow)
    places = np.arange(len(batch.rows))
    if checked.good is not None:
        good, places = good.filter(pa.array(checked.good)), np.flatnonzero(checked.good)
    hashed = tuple(hash_key(good, key) for key in planned.keys)
    return _Worked(batch, checked, good, places, hashed, changing(good, folding))


def _unflagged(flags: Sequence[Mask], count: int) -> Mask:
    kept: Mask = ~np.logical_or.reduce(flags) if flags else np.ones(count, bool)
    return kept
