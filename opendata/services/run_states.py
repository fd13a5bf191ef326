"""What the state of a run means to people: three words, and when it is worth a notice."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from opendata.vocabulary import RunState

FAILING = "source.failing"
WAITS = "source.waits"
RECOVERED = "source.recovered"
# The kinds of events that somebody is told of.
CHANGES = (FAILING, WAITS, RECOVERED)

_FAILING_STATES = (RunState.FAILED, RunState.PARTIAL)


class Attention(StrEnum):
    """What a run asks of people."""

    FINE = "fine"
    LOOK = "look"
    DECIDE = "decide"


def attention(state: str, counts: Mapping[str, Any]) -> Attention | None:
    """Return what a run asks of people; None while it goes on and when a person stopped it.

    It agrees with the exit code: a run that succeeded but left files waiting asks for a decision.
    """
    if state in (RunState.RUNNING, RunState.CANCELLED):
        return None
    if state in _FAILING_STATES:
        return Attention.LOOK
    is_waiting = state == RunState.NEEDS_CONFIRMATION or counts.get("held")
    return Attention.DECIDE if is_waiting else Attention.FINE


def change_of_state(before: RunState | None, after: RunState) -> str | None:
    """Return the kind of event that a finished run is worth, None where nothing changed.

    `before` is the state of the newest finished run of the source that was not cancelled, None
    for its first. A cancelled run never changes anything; a first run that is fine is no news.
    """
    if after in (RunState.CANCELLED, RunState.RUNNING):
        return None
    kind = _class_of(after)
    known = RECOVERED if before is None else _class_of(before)
    return kind if kind != known else None


def _class_of(state: RunState) -> str:
    if state in _FAILING_STATES:
        return FAILING
    return WAITS if state == RunState.NEEDS_CONFIRMATION else RECOVERED
