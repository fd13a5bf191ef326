"""How sources are harvested: where each stands, its runs, and what became of each record."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from opendata.models import Run, Source
from opendata.services import catalogue, public_runs, run_reports
from opendata.vocabulary import RecordOutcome
from opendata.web import instance, paging, session, source_address

blueprint = Blueprint("harvest", __name__, url_prefix="/harvest")
_SOURCES = 50
_RUNS = 20
_RECORDS = 50
_MAX_NUMBER = 2**63 - 1


@blueprint.get("/")
def index() -> str:
    """List the sources and how each stands."""
    database = session.get()
    total = database.scalar(select(func.count()).select_from(Source)) or 0
    pager = _pager("harvest.index", {}, _SOURCES, total)
    found = run_reports.standings(database, offset=pager.first_shown - 1, limit=_SOURCES)
    return render_template("harvest/index.html", standings=found, pager=pager)


@blueprint.get("/<name>")
def source(name: str) -> str:
    """Show a source and its runs, newest first."""
    database = session.get()
    found = [] if "\0" in name else run_reports.standings(database, name=name)
    if not found:
        abort(404)
    standing = found[0]
    mine = select(func.count()).where(Run.source_id == standing.source.id)
    pager = _pager("harvest.source", {"name": name}, _RUNS, database.scalar(mine) or 0)
    return render_template(
        "harvest/source.html",
        standing=standing,
        address=source_address.public(standing.source.url, instance.current().settings.http),
        runs=run_reports.history(
            database, standing.source, offset=pager.first_shown - 1, limit=_RUNS
        ),
        pager=pager,
    )


@blueprint.get("/<name>/<int:number>")
def run(name: str, number: int) -> str:
    """Show a run: its counts, why it ended so, and its records."""
    found = _run(name, number)
    database, outcome = session.get(), _outcome()
    listed, hidden = public_runs.count(database, found, outcome)
    values: dict[str, object] = {"name": name, "number": number}
    if outcome:
        values["outcome"] = outcome
    pager = _pager("harvest.run", values, _RECORDS, listed)
    return render_template(
        "harvest/run.html",
        run=found,
        outcome=outcome,
        outcomes=[word.value for word in RecordOutcome if found.counts.get(word.value)],
        kinds=run_reports.problem_counts(database, [found.id]),
        records=public_runs.records(
            database, found, outcome, offset=pager.first_shown - 1, limit=_RECORDS
        ),
        hidden=hidden,
        most=public_runs.MOST,
        pager=pager,
    )


@blueprint.get("/<name>/<int:number>/<uuid:dataset_id>")
def record(name: str, number: int, dataset_id: uuid.UUID) -> ResponseReturnValue:
    """Show what we understood of one record."""
    found = _run(name, number)
    mapped = public_runs.mapped(session.get(), found, dataset_id)
    if mapped is not None:
        return render_template("harvest/record.html", run=found, record=mapped)
    withdrawn = catalogue.find(session.get(), str(dataset_id)).withdrawn
    if withdrawn is None or withdrawn.source_id != found.source_id:
        abort(404)
    return render_template("dataset/withdrawn.html", dataset=withdrawn), 410


def _run(name: str, number: int) -> Run:
    known = "\0" not in name and number <= _MAX_NUMBER
    found = public_runs.find(session.get(), name, number) if known else None
    if found is None:
        abort(404)
    return found


def _outcome() -> str | None:
    """Return the outcome that the request asks for; a word that is none asks for all."""
    asked = request.args.get("outcome", "")
    return asked if asked in set(RecordOutcome) else None


def _pager(endpoint: str, values: dict[str, object], size: int, total: int) -> paging.Pager:
    number = min(paging.asked(), paging.last_page(total, size))
    return paging.Pager(endpoint, values, number, size, total)
