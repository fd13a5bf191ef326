from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from opendata.pipeline.table.in_order import WORKERS, beside, in_order


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    assert list(in_order(lambda n: n * n, range(count))) == [n * n for n in range(count)]


def test_few_items_are_taken_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    for place, _ in enumerate(in_order(lambda n: n, items())):
        assert len(taken) <= place + WORKERS + 2


def test_error_of_a_thread_is_raised_and_no_thread_is_left() -> None:
    def work(number: int) -> int:
        if number == 7:
            raise ValueError("seven")
        return number

    before = threading.active_count()
    with pytest.raises(ValueError, match="seven"):
        list(in_order(work, range(20)))
    assert threading.active_count() == before


def test_caller_that_stops_leaves_no_thread() -> None:
    before = threading.active_count()
    results = in_order(lambda n: n, range(20))
    assert next(results) == 0
    results.close()
    assert threading.active_count() == before


def test_one_who_looks_beside_sees_all_in_order() -> None:
    seen: list[int] = []
    assert list(beside(seen.append, range(50))) == seen == list(range(50))


def test_what_a_look_raises_is_raised() -> None:
    def look(item: int) -> None:
        if item == 7:
            raise ValueError("seven")

    with pytest.raises(ValueError, match="seven"):
        list(beside(look, range(50)))
