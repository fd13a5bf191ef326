"""Work done in threads whose results come in the order of what was worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import TypeVar

# More lose: Arrow lets two threads run, and the caller's own is the third.
WORKERS = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield `work(item)` of each item in turn, with at most WORKERS + 2 of them in memory.

    What `work` or `items` raise is raised here; then and when the caller stops, no thread is left.
    """
    iterator = iter(items)
    first, second = next(iterator, None), next(iterator, None)
    if second is None:  # a small file is not worth a thread
        if first is not None:
            yield work(first)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(max_workers=WORKERS) as threads:
        try:
            for item in chain([first, second], iterator):
                if item is not None:
                    waiting.append(threads.submit(work, item))
                if len(waiting) == WORKERS + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def beside(look: Callable[[Item], None], items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items while one thread looks at each of them, in their order.

    It is never more than two behind; all are looked at when the items are at their end. What
    `look` raises is raised here.
    """
    behind: deque[Future[None]] = deque()
    with ThreadPoolExecutor(max_workers=1) as thread:
        for item in items:
            behind.append(thread.submit(look, item))
            yield item
            if len(behind) > 2:
                behind.popleft().result()
        for future in behind:
            future.result()
