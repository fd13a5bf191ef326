"""Our code on bytes of strangers, in a child process that may cost so much and no more.

What a child says is read as plain bytes and JSON, never as objects. A process that leaves its
group (`setsid`) is bounded by its limits alone.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from opendata.confined_child import FAILURE, LONGEST_TEXT, RESULT
from opendata.errors import SourceFailure

Why = Literal["time", "memory", "crash", "output"]
# Takes the bytes of a question, gives those of its answer.
Ask = Callable[[bytes], bytes]

_SCRIPT = Path(__file__).with_name("confined_child.py")
# All that a child knows of its surroundings. The last three keep numpy and pyarrow from reserving
# address space for threads and pools that one task never needs.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
}
_CHUNK = 64 * 1024
_FAILURE_BYTES = 10 * LONGEST_TEXT * 6  # a character may be written as six
# Its own limits end a child by these. SIGKILL, if it is not ours, comes from a system that is
# short of memory.
_BY_SIGNAL: dict[int, Why] = {
    signal.SIGALRM: "time",
    signal.SIGXCPU: "time",
    signal.SIGXFSZ: "output",
    signal.SIGKILL: "memory",
}


@dataclass(frozen=True)
class Limits:
    """What a task may cost."""

    seconds: float  # by the clock, from the question on; as many of the processor, rounded up
    memory: int  # bytes of address space
    output: int  # bytes of the result, and of each file that it writes


class Killed(Exception):
    """A child ended without a result; `why` is time, memory, crash or output."""

    def __init__(self, why: Why, detail: str = "") -> None:
        self.why = why
        self.detail = detail
        super().__init__(f"a confined task came to no result: {why} {detail}".rstrip())


def run(task: str, arguments: Sequence[str], *, limits: Limits, stdin: bytes = b"") -> bytes:
    """Call `package.module:function` with the arguments and `stdin` in a child; return its bytes.

    Raises `Killed`, and `SourceFailure` as the task raised it. May be called from several threads;
    when it returns or is interrupted, no process of the child's group is left.
    """
    with ready(task, arguments, limits=limits) as ask:
        return ask(stdin)


@contextmanager
def ready(task: str, arguments: Sequence[str] = (), *, limits: Limits) -> Iterator[Ask]:
    """Start a child that loads the module of its task and waits; what is given is asked once, with
    the bytes for `stdin`, and answers or raises as `run` does.

    The limits by the clock begin with the question.
    """
    command = [sys.executable, "-I", "-X", "utf8", str(_SCRIPT)]
    with subprocess.Popen(  # noqa: S603 - our own script by our own interpreter
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,
    ) as child:
        try:
            order = memoryview(_order(task, arguments, limits))
            left = _hand_over(_pipe(child.stdin), order)
            yield lambda stdin: _asked(child, bytes(left) + stdin, limits)
        finally:
            _end(child)


def _asked(child: subprocess.Popen[bytes], question: bytes, limits: Limits) -> bytes:
    answer = _converse(child, question, limits)
    # The end of its answer is the end of the child: it keeps the way it came to it.
    _end(child)
    return _result(answer, child.returncode, limits)


def _order(task: str, arguments: Sequence[str], limits: Limits) -> bytes:
    """Return the first line that the child reads; our packages lie where this process has them."""
    told = {
        "task": task,
        "arguments": list(arguments),
        "path": [os.path.abspath(folder) for folder in sys.path],
        "seconds": limits.seconds,
        "memory": limits.memory,
        "output": limits.output,
    }
    return json.dumps(told).encode() + b"\n"


def _converse(child: subprocess.Popen[bytes], question: bytes, limits: Limits) -> bytearray:
    """Hand over the question and return all that the child answers until it closes."""
    deadline = time.monotonic() + limits.seconds
    most = len(RESULT) + max(limits.output, _FAILURE_BYTES)
    left, answer = memoryview(question), bytearray()
    with selectors.DefaultSelector() as open_:
        asking, answering = _pipes(child, open_)
        while answering in open_.get_map():
            events = open_.select(max(0.0, deadline - time.monotonic()))
            if time.monotonic() >= deadline:
                raise Killed("time")
            for key, _ in events:
                if key.fd == asking:
                    left = _hand_over(asking, left)
                    if not left:
                        open_.unregister(asking)
                        child.stdin.close()  # type: ignore[union-attr] # it is a pipe
                else:
                    chunk = os.read(answering, _CHUNK)
                    answer += chunk
                    if not chunk:
                        open_.unregister(answering)
                    if len(answer) > most:
                        raise Killed("output")
    return answer


def _pipes(child: subprocess.Popen[bytes], open_: selectors.BaseSelector) -> tuple[int, int]:
    asking, answering = _pipe(child.stdin), _pipe(child.stdout)
    open_.register(asking, selectors.EVENT_WRITE)
    open_.register(answering, selectors.EVENT_READ)
    return asking, answering


def _pipe(file: IO[bytes] | None) -> int:
    if file is None:
        raise ValueError("a child of `ready` has pipes")
    os.set_blocking(file.fileno(), False)
    return file.fileno()


def _hand_over(pipe: int, left: memoryview) -> memoryview:
    """Write what the child takes now; return what is left, nothing where it reads no more."""
    try:
        return left[os.write(pipe, left[:_CHUNK]) :]
    except BrokenPipeError:
        return left[:0]


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the group before its leader is waited for: afterwards its number may be another's."""
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):  # macOS denies it where all are dead
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _result(answer: bytearray, code: int, limits: Limits) -> bytes:
    mark, body = answer[:1], bytes(memoryview(answer)[1:])
    if mark == FAILURE:
        raise _failure(body)
    if code < 0:
        raise Killed(_BY_SIGNAL.get(-code, "crash"), signal.Signals(-code).name)
    if code > 0 or mark != RESULT:
        raise Killed("crash", f"exit code {code}")
    if len(body) > limits.output:
        raise Killed("output")
    return body


def _failure(body: bytes) -> Exception:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return Killed("crash", "an answer that is none")
    texts = told if isinstance(told, dict) else {}
    reason, where, detail = (_text(texts, name) for name in ("reason", "where", "detail"))
    if reason:
        return SourceFailure(reason, where, detail)
    if texts.get("why") in ("memory", "output"):
        return Killed(texts["why"])
    return Killed("crash", detail)


def _text(texts: dict[str, Any], name: str) -> str:
    text = texts.get(name)
    return text[:LONGEST_TEXT] if isinstance(text, str) else ""
