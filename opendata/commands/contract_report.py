"""How the files of a run differ from what they promise their readers, as people read it."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from opendata.commands import output
from opendata.models import Run
from opendata.services import run_changes
from opendata.services.run_changes import FileChange
from opendata.vocabulary import advice, said

_SHOWN = 30  # lines on the screen; JSON has them all


def whole(session: Session, run: Run) -> list[dict[str, Any]]:
    """Return every difference of a run, with what it means and what to do in both languages."""
    found = run_changes.contract_changes(session, run)
    return [{**asdict(change), **output.in_words(change.kind)} for change in found]


def show(session: Session, run: Run) -> None:
    """Print the first differences of a run, or nothing."""
    found = list(islice(run_changes.contract_changes(session, run), _SHOWN + 1))
    if not found:
        return
    cut = f" (the first {_SHOWN}; --json has all)" if len(found) > _SHOWN else ""
    output.table(
        f"Other than promised{cut}",
        ("file", "table", "column", "before", "after", "what"),
        [
            [of.file, of.table, of.column, of.before, of.after, _in_words(of.kind)]
            for of in found[:_SHOWN]
        ],
    )


def _in_words(kind: str) -> str:
    return f"{said(kind, 'en')} {advice(kind, 'en')}"


def lines(file: FileChange) -> list[list[str]]:
    """Return (where and what, before, after) of each difference of one file."""
    return [
        [f"{_where(file, change)}: {said(change['kind'], 'en')}", change["before"], change["after"]]
        for change in file.contract
    ]


def _where(file: FileChange, change: dict[str, str]) -> str:
    parts = [file.name, change["table"], change["column"]]
    return ", ".join(part for part in parts if part)
