"""What may be personal data in the files of a run, as an administrator reads it; masked."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from opendata.commands import output
from opendata.models import Run
from opendata.services import run_changes
from opendata.vocabulary import advice, said

_SHOWN = 30  # lines on the screen; JSON has them all


def whole(session: Session, run: Run) -> list[dict[str, Any]]:
    """Return every finding of a run, with what it means and what to do in both languages."""
    cells = run_changes.personal_cells(session, run)
    return [{**asdict(found), **output.in_words(found.code)} for found in cells]


def show(session: Session, run: Run) -> None:
    """Print the first findings of a run, or nothing."""
    found = list(islice(run_changes.personal_cells(session, run), _SHOWN + 1))
    if not found:
        return
    cut = f" (the first {_SHOWN}; --json has all)" if len(found) > _SHOWN else ""
    output.table(
        f"May be personal data{cut}",
        ("cells", "file", "column", "masked", "allowed", "what it looks like"),
        [
            [
                cells.count,
                cells.file,
                cells.column,
                ", ".join(cells.samples),
                "yes" if cells.is_allowed else "no",
                f"{said(cells.code, 'en')} {advice(cells.code, 'en')}",
            ]
            for cells in found[:_SHOWN]
        ],
    )
