"""`opendata harvest status`, `log`, `show` and `diff`: what harvests did, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

import click
from sqlalchemy.orm import Session

from opendata.commands import contract_report, output, personal_report
from opendata.commands.context import Context, pass_context
from opendata.commands.harvesting import explain, summary
from opendata.models import Run
from opendata.services import run_changes, run_reports, runs, sources
from opendata.services.run_changes import BadCells, DatasetChange, FileChange
from opendata.services.run_reports import ProblemGroup, Standing
from opendata.vocabulary import advice, said

_SHOWN = 30  # lines of a table on the screen; JSON has them all
_MAX_CELL = 120


@click.command()
@output.json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """Show the newest run of each source, since when it fails, and when it runs next."""
    with context.sessions() as session:
        found = run_reports.standings(session)
        if as_json:
            output.as_json([_standing(item) for item in found])
            return
    output.table(
        "Newest run of each source",
        ("source", "run", "state", "started", "not well since", "next run", "what", "why"),
        [_status_row(item) for item in found],
    )


def _standing(item: Standing) -> dict[str, Any]:
    run = facts(item.newest) if item.newest else {"run": None, "source": item.source.name}
    return {
        **run,
        "enabled": item.source.enabled,
        "since": item.since,
        "next_run_at": item.source.next_run_at if item.source.enabled else None,
    }


def _status_row(item: Standing) -> list[Any]:
    run, source = item.newest, item.source
    following = source.next_run_at or "by hand"
    planned = [item.since, following if source.enabled else "disabled"]
    if run is None:
        return [source.name, "", "never harvested", "", *planned, "", ""]
    return [
        source.name,
        run.id,
        run.state,
        run.started_at,
        *planned,
        summary(run.counts),
        _why(run),
    ]


def _why(run: Run) -> str:
    return _cell(explain(run))


@click.command(name="log")
@click.argument("source", required=False, metavar="[SOURCE]")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@output.json_option
@pass_context
def log(context: Context, source: str | None, *, limit: int, as_json: bool) -> None:
    """Show the runs of a source, or of all, newest first."""
    with context.sessions() as session:
        named = sources.get(session, source) if source else None
        found = run_reports.history(session, named, limit=limit)
    if as_json:
        output.as_json([facts(run) for run in found])
        return
    output.table(
        f"Runs of {source}" if source else "Runs of all sources",
        ("run", "source", "state", "started", "took", "by", "what", "why"),
        [
            [
                run.id,
                run.source.name,
                run.state,
                run.started_at,
                _took(run),
                run.trigger,
                summary(run.counts),
                _why(run),
            ]
            for run in found
        ],
    )


def _took(run: Run) -> str:
    if run.finished_at is None:
        return ""
    seconds = int((run.finished_at - run.started_at).total_seconds())
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


@click.command()
@click.argument("number", type=int, metavar="RUN")
@output.json_option
@pass_context
def show(context: Context, number: int, *, as_json: bool) -> None:
    """Show one run: its counts, why it ended so, and its problems with what to do."""
    with context.sessions() as session:
        found = runs.get(session, number)
        if as_json:
            groups = run_reports.problem_groups(session, [number])
            problems = dict(run_reports.problems(session, number))
            kinds = [_group(group) for group in groups]
            rows = [asdict(cells) for cells in run_changes.bad_cells(session, found)]
            told = {"kinds": kinds, "problems": problems, "rows": rows}
            told["contract"] = contract_report.whole(session, found)
            told["personal"] = personal_report.whole(session, found)
            output.as_json({**facts(found), **told})
            return
        told = {**facts(found), "counts": summary(found.counts)}
        rows_told = [[name, value] for name, value in told.items() if value not in (None, "")]
        output.table(f"Run {number} of {found.source.name}", ("fact", "value"), rows_told)
        show_problems(session, [found])
        contract_report.show(session, found)
        _show_bad_cells(list(islice(run_changes.bad_cells(session, found), _SHOWN + 1)))
        personal_report.show(session, found)


def _show_bad_cells(found: Sequence[BadCells]) -> None:
    if not found:
        return
    output.table(
        f"In tables{_cut(found)}",
        ("times", "file", "column", "row", "value", "expected", "what is wrong"),
        [
            [
                cells.count,
                *map(_cell, (cells.file, cells.column)),
                *_first_sample(cells),
                _cell(cells.rule),
                f"{said(cells.code, 'en')} {advice(cells.code, 'en')}",
            ]
            for cells in found[:_SHOWN]
        ],
    )


def _first_sample(cells: BadCells) -> list[Any]:
    sample = cells.samples[0] if cells.samples else {}
    return [sample.get("row", ""), _cell(sample.get("value", ""))]


def _group(group: ProblemGroup) -> dict[str, Any]:
    return {
        "code": group.code,
        "count": group.count,
        **output.in_words(group.code),
        "examples": group.examples,
    }


def show_problems(session: Session, ended: Sequence[Run]) -> None:
    """Print the kinds of problems of runs, each with what to do and a few examples."""
    groups = run_reports.problem_groups(session, [run.id for run in ended])
    if not groups:
        return
    output.table(
        "Problems",
        ("times", "what is wrong", "what to do"),
        [[group.count, said(group.code, "en"), advice(group.code, "en")] for group in groups],
    )
    examples = [_example(group, example) for group in groups for example in group.examples]
    output.table(
        f"For example{_cut(examples)}",
        ("record", "where", "value", "expected", "what is wrong"),
        examples[:_SHOWN],
    )


def _example(group: ProblemGroup, example: dict[str, Any]) -> list[Any]:
    where = example.get("field", "")
    if example.get("row") is not None:
        where = f"{where} (row {example['row']})".strip()
    found = [example["record"], where, example.get("value", ""), example.get("rule", "")]
    return [*map(_cell, found), said(group.code, "en")]


@click.command()
@click.argument("number", type=int, metavar="RUN")
@output.json_option
@pass_context
def diff(context: Context, number: int, *, as_json: bool) -> None:
    """Show what a run changed: datasets with their fields, files with rows and columns."""
    with context.sessions() as session:
        found = runs.get(session, number)
        changes = run_changes.of_run(session, found)
        if as_json:
            listed = [asdict(change) for change in changes]
            output.as_json({**facts(found), "changes": listed})
            return
        _show_changes(found, changes)


def _show_changes(run: Run, changes: Iterable[DatasetChange]) -> None:
    lines = (line for change in changes for line in _lines(change))
    shown = list(islice(lines, _SHOWN + 1))
    if not shown:
        click.echo(f"Run {run.id} of {run.source.name} changed nothing.")
        return
    output.table(
        f"What run {run.id} of {run.source.name} changed{_cut(shown)}",
        ("dataset", "what", "where", "before", "after"),
        shown[:_SHOWN],
    )
    click.echo(f"In all: {summary(run.counts)}.")


def _cut(lines: Sequence[Any]) -> str:
    return f" (the first {_SHOWN}; --json has all)" if len(lines) > _SHOWN else ""


def _lines(change: DatasetChange) -> list[list[Any]]:
    title = change.title.get("vi") or next(iter(change.title.values()), "")
    name = _cell(title or change.upstream_id)
    lines = [
        [name, change.outcome, c["field"], _cell(c.get("before")), _cell(c.get("after"))]
        for c in change.changes
    ]
    lines += [[name, change.outcome, *cells] for file in change.files for cells in _file(file)]
    return lines or [[name, change.outcome, "", "", ""]]


def _file(file: FileChange) -> list[list[Any]]:
    what = "version" if file.is_new_version else "same bytes, version"
    name = _cell(f"{file.name} ({what} {file.version}, {file.state})")
    before = "" if file.rows_before is None else f"{file.rows_before} rows"
    lines: list[list[Any]] = [[name, before, f"{file.rows} rows"]]
    if file.columns_added or file.columns_removed:
        gone, come = ", ".join(file.columns_removed), ", ".join(file.columns_added)
        lines.append([f"{_cell(file.name)}: columns", _cell(gone), _cell(come)])
    return lines + [list(map(_cell, line)) for line in contract_report.lines(file)]


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _MAX_CELL else f"{text[: _MAX_CELL - 1]}…"


def facts(run: Run) -> dict[str, Any]:
    """Return a run as programs read it."""
    return {
        "run": run.id,
        "source": run.source.name,
        "state": run.state,
        "trigger": run.trigger,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "counts": run.counts,
        "reason": run.reason,
        "why": said(run.reason, "en") if run.reason else "",
        "detail": run.detail,
        "fix": advice(run.reason, "en") if run.reason else "",
    }
