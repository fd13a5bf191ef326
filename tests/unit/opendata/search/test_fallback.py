"""The second engine answers while the first does not, and only then."""

from __future__ import annotations

import pytest

from opendata.errors import NotFound, SearchUnavailable
from opendata.search.base import Query, Results
from opendata.search.fallback import FallbackSearch

FIRST, SECOND = (Results((name,), (1.0,), 1, {}) for name in ("first", "second"))


class Answers:
    """Answers with the same results each time, or raises an error."""

    def __init__(self, answer: Results | Exception) -> None:
        self.answer = answer
        self.is_closed = False

    def search(self, query: Query) -> Results:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.is_closed = True


def test_first_answers_while_it_can() -> None:
    assert FallbackSearch(Answers(FIRST), Answers(SECOND)).search(Query()) == FIRST


def test_second_answers_while_the_first_cannot() -> None:
    first = Answers(SearchUnavailable("It is gone."))
    both = FallbackSearch(first, Answers(SECOND))
    assert both.search(Query()) == SECOND
    first.answer = FIRST
    assert both.search(Query()) == FIRST


def test_wrong_question_is_wrong_for_both() -> None:
    with pytest.raises(NotFound):
        FallbackSearch(Answers(NotFound("No such sort.")), Answers(SECOND)).search(Query())


def test_neither_is_said() -> None:
    gone = Answers(SearchUnavailable("It is gone."))
    with pytest.raises(SearchUnavailable):
        FallbackSearch(gone, gone).search(Query())


def test_both_are_closed() -> None:
    first, second = Answers(FIRST), Answers(SECOND)
    FallbackSearch(first, second).close()
    assert first.is_closed
    assert second.is_closed
