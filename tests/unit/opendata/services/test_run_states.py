"""What a state means to people, and when somebody is told."""

from __future__ import annotations

import pytest

from opendata.services.run_states import Attention, attention, change_of_state
from opendata.vocabulary import RunState

GOOD, PART, BAD = RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED
ASKS, STOPPED = RunState.NEEDS_CONFIRMATION, RunState.CANCELLED


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, GOOD, None),
        (None, BAD, "source.failing"),
        (None, ASKS, "source.waits"),
        (GOOD, BAD, "source.failing"),
        (BAD, PART, None),
        (PART, BAD, None),
        (BAD, ASKS, "source.waits"),
        (ASKS, ASKS, None),
        (ASKS, PART, "source.failing"),
        (ASKS, GOOD, "source.recovered"),
        (PART, GOOD, "source.recovered"),
        (GOOD, GOOD, None),
        (GOOD, STOPPED, None),
        (BAD, STOPPED, None),
        (None, STOPPED, None),
    ],
)
def test_only_another_class_of_state_is_news(
    before: RunState | None, after: RunState, kind: str | None
) -> None:
    assert change_of_state(before, after) == kind


@pytest.mark.parametrize(
    ("state", "counts", "word"),
    [
        (GOOD, {}, Attention.FINE),
        (GOOD, {"held": 1}, Attention.DECIDE),
        (ASKS, {}, Attention.DECIDE),
        (PART, {"held": 1}, Attention.LOOK),
        (BAD, {}, Attention.LOOK),
        (STOPPED, {}, None),
        (RunState.RUNNING, {}, None),
    ],
)
def test_three_words_for_people(
    state: RunState, counts: dict[str, int], word: Attention | None
) -> None:
    assert attention(state.value, counts) == word
