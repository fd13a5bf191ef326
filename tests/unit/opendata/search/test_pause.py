"""A server that did not answer is asked again after a while, by one caller at first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opendata.errors import NotFound, SearchUnavailable
from opendata.search.pause import Pause


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def ask(pause: Pause, answer: Callable[[], None]) -> None:
    with pause.unless_it_answers():
        answer()


def fail() -> None:
    raise SearchUnavailable("It is gone.")


def works() -> None:
    """Answer."""


def test_during_a_pause_nobody_asks() -> None:
    clock = Clock()
    pause = Pause(clock)
    with pytest.raises(SearchUnavailable, match="gone"):
        ask(pause, fail)
    for _ in range(3):
        with pytest.raises(SearchUnavailable, match="a moment ago"):
            ask(pause, works)


def test_after_it_one_tries_while_the_others_wait() -> None:
    clock = Clock()
    pause = Pause(clock)
    with pytest.raises(SearchUnavailable):
        ask(pause, fail)
    clock.now += 6

    def others_wait() -> None:
        with pytest.raises(SearchUnavailable, match="a moment ago"):
            ask(pause, works)

    ask(pause, others_wait)
    ask(pause, works)


def test_pause_begins_anew_where_the_try_fails() -> None:
    clock = Clock()
    pause = Pause(clock)
    for _ in range(2):
        with pytest.raises(SearchUnavailable, match="gone"):
            ask(pause, fail)
        with pytest.raises(SearchUnavailable, match="a moment ago"):
            ask(pause, works)
        clock.now += 6


def test_error_of_the_question_begins_no_pause() -> None:
    pause = Pause(Clock())

    def odd() -> None:
        raise NotFound("There is no such sort.")

    with pytest.raises(NotFound):
        ask(pause, odd)
    ask(pause, works)
