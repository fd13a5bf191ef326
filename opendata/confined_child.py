"""The script of a confined child: limits first, then the task; `opendata.confined` starts it.

Until the limits stand it knows nothing but the standard library. On standard input comes one line
of JSON, then the bytes for the task; on standard output goes `RESULT` or `FAILURE`, then a body.
"""

from __future__ import annotations

import errno
import functools
import importlib
import json
import math
import os
import resource
import signal
import sys
from typing import Any

RESULT, FAILURE = b"=", b"!"
LONGEST_TEXT = 2_000  # characters of what a failure says of itself
_MOST_FILES = 64


def main() -> None:
    """Read what is to be done, do it, and answer; ends the process."""
    order = json.loads(sys.stdin.buffer.readline())
    _limit(order)
    answer = _keep_standard_output()
    # Whatever nobody catches comes here, so that nothing has to be caught broadly.
    sys.excepthook = functools.partial(_tell, answer)
    sys.path[:] = order["path"]
    module, _, name = order["task"].partition(":")
    task = getattr(importlib.import_module(module), name)
    question = sys.stdin.buffer.read()
    # A child whose parent was killed outlives it no longer than this; while it waits, the end of
    # its parent is the end of the question.
    signal.alarm(math.ceil(order["seconds"]) + 1)
    _answer(answer, RESULT, task(order["arguments"], question), code=0)


def _limit(order: dict[str, Any]) -> None:
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NOFILE, _MOST_FILES)
    _set(resource.RLIMIT_FSIZE, order["output"])
    _set(resource.RLIMIT_AS, order["memory"])
    _set(resource.RLIMIT_CPU, math.ceil(order["seconds"]))


def _set(kind: int, most: int) -> None:
    """Lower a limit; one that is lower already stays, since it cannot be raised."""
    _, ceiling = resource.getrlimit(kind)
    most = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
    resource.setrlimit(kind, (most, most))


def _keep_standard_output() -> int:
    """Return a file for the answer alone: what a library prints would be taken for it."""
    answer = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    return answer


def _tell(answer: int, kind: type[BaseException], error: BaseException, trace: Any) -> None:
    _answer(answer, FAILURE, json.dumps(_told(kind, error)).encode(), code=1)


def _told(kind: type[BaseException], error: BaseException) -> dict[str, str]:
    if issubclass(kind, MemoryError):
        return {"why": "memory"}
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return {"why": "output"}
    from opendata.errors import SourceFailure  # our code: only now

    if isinstance(error, SourceFailure):
        texts = {"reason": error.reason, "where": error.where, "detail": error.detail}
        return {name: text[:LONGEST_TEXT] for name, text in texts.items()}
    return {"why": "crash", "detail": kind.__name__}


def _answer(answer: int, mark: bytes, body: bytes, *, code: int) -> None:
    """Write it all and be gone: threads and buffers that a task left are not waited for."""
    for left in (memoryview(mark), memoryview(body)):
        while left:
            left = left[os.write(answer, left) :]
    os._exit(code)


if __name__ == "__main__":
    main()
