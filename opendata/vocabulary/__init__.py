"""The words of the product: states, reasons, problem kinds; each with a sentence in both languages.

Code, pages, messages and exit codes use these and no others. The sentences stand in `reasons.py`,
`problems.py`, `decisions.py`, `roles.py`, `changes.py` and `personal.py`, each with what to do about it.
"""

from __future__ import annotations

from collections import ChainMap
from enum import IntEnum, StrEnum

from opendata.vocabulary.changes import CHANGES
from opendata.vocabulary.decisions import DECISIONS
from opendata.vocabulary.personal import PERSONAL
from opendata.vocabulary.problems import PROBLEMS, TOLD_ONLY
from opendata.vocabulary.reasons import REASONS
from opendata.vocabulary.roles import ROLES
from opendata.vocabulary.word import Word

__all__ = [
    "CHANGES",
    "DECISIONS",
    "LIVE_BUILDS",
    "PERSONAL",
    "PROBLEMS",
    "PUBLIC_DATASETS",
    "REASONS",
    "ROLES",
    "TOLD_ONLY",
    "BuildState",
    "DatasetState",
    "ExitCode",
    "RecordOutcome",
    "RunState",
    "Word",
    "advice",
    "problem",
    "reason",
    "said",
]


class DatasetState(StrEnum):
    """`absent`: no longer listed upstream, in grace, still public. `withdrawn`: 410 with metadata."""

    DRAFT = "draft"
    HELD = "held"
    ACTIVE = "active"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class RunState(StrEnum):
    """`partial`: pages or records could not be read; quarantined rows do not make a run partial."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    NEEDS_CONFIRMATION = "needs-confirmation"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BuildState(StrEnum):
    """`published` and `flagged` may be live; `held` waits for a person."""

    PUBLISHED = "published"
    FLAGGED = "flagged"
    HELD = "held"
    REJECTED = "rejected"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    PRUNED = "pruned"
    PURGED = "purged"


class RecordOutcome(StrEnum):
    """What became of one record of a run."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    FAILED = "failed"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class ExitCode(IntEnum):
    """What the commands answer to the shell."""

    WELL = 0
    FAILED = 1
    PARTIAL = 2
    WAITS = 3
    USAGE = 64


PUBLIC_DATASETS = (DatasetState.ACTIVE, DatasetState.ABSENT)
# What may be said of a table or a record; their codes are all different.
_OF_TABLES = ChainMap(PROBLEMS, CHANGES, PERSONAL)
LIVE_BUILDS = (BuildState.PUBLISHED, BuildState.FLAGGED)


def reason(code: str) -> Word:
    """Return the word of a reason; an unknown code is a fault of ours and says so."""
    return REASONS[code] if code in REASONS else REASONS["internal-error"]


def problem(code: str) -> Word:
    """Return the word of a problem kind."""
    return PROBLEMS[code]


def said(code: str, language: str) -> str:
    """Return the sentence of a problem, a kind of personal data or a reason."""
    return _word(code).say(language)


def advice(code: str, language: str) -> str:
    """Return what the one who answers for the data can do about a problem or a reason."""
    return _word(code).advise(language)


def _word(code: str) -> Word:
    return _OF_TABLES.get(code) or reason(code)
