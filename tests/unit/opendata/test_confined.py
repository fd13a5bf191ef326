"""What a confined task costs is bounded, and it hands back nothing but bytes."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opendata import confined
from opendata.confined import Killed, Limits
from opendata.errors import SourceFailure

MIB = 1024**2
LIMITS = Limits(seconds=20, memory=256 * MIB, output=MIB)
TASKS = """
import ctypes, json, os, resource, signal, subprocess, sys, time
from opendata.errors import SourceFailure

def echo(arguments, stdin): return "|".join(arguments).encode() + stdin
def loop(arguments, stdin):
    while True: pass
def sleep(arguments, stdin): time.sleep(600)
def allocate(arguments, stdin): return bytes(512 * 1024**2)
def leave(arguments, stdin): os._exit(int(arguments[0]))
def crash(arguments, stdin): os.kill(os.getpid(), signal.SIGSEGV)
def fault(arguments, stdin): raise KeyError("a secret of the page")
def stop(arguments, stdin): raise SystemExit(0)
def no_bytes(arguments, stdin): return "text"
def flood(arguments, stdin): return bytes(int(arguments[0]))
def write(arguments, stdin):
    with open(arguments[0], "wb") as file: file.write(bytes(2 * 1024**2))
def chatter(arguments, stdin):
    print("=forged", flush=True); os.write(1, b"!forged"); return b"true"
def refuse(arguments, stdin): raise SourceFailure("bad-rdf", "http://a.example/", arguments[0])
def forge(arguments, stdin):
    for number in range(3, 64):
        try: os.write(number, arguments[0].encode())
        except OSError: pass
    os._exit(0)
def environment(arguments, stdin): return json.dumps(dict(os.environ)).encode()
def surroundings(arguments, stdin):
    names = ("AS", "CPU", "FSIZE", "NOFILE", "CORE")
    limits = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names]
    alone = os.getsid(0) == os.getpid()
    return json.dumps([os.getcwd(), alone, sorted(os.listdir("/proc/self/fd")), limits]).encode()
def parent(arguments, stdin):
    child = subprocess.Popen(["sleep", "600"])
    with open(arguments[0], "w") as file: file.write(f"{os.getpid()} {child.pid}")
    if arguments[1] == "stay": time.sleep(600)
    return b"done"
def tables(arguments, stdin):
    import numpy, pyarrow, pyarrow.compute, pyarrow.csv, pyarrow.parquet
    table = pyarrow.csv.read_csv(pyarrow.py_buffer(stdin))
    return str(numpy.ones((300, 300)).dot(numpy.ones((300, 300))).sum() + table.num_rows).encode()
"""


@pytest.fixture(autouse=True)
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "confined_tasks.py").write_text(TASKS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


def run(task: str, *arguments: str, limits: Limits = LIMITS, stdin: bytes = b"") -> bytes:
    return confined.run(f"confined_tasks:{task}", arguments, limits=limits, stdin=stdin)


def killed(task: str, *arguments: str, limits: Limits = LIMITS) -> Killed:
    with pytest.raises(Killed) as caught:
        run(task, *arguments, limits=limits)
    return caught.value


def are_gone(note: Path) -> bool:
    """Tell whether a child is gone, and its own child: that one is left to init, in its time."""
    child, grandchild = note.read_text("ascii").split()
    for _ in range(1_000):
        if _state(grandchild) in ("", "Z"):
            return _state(child) == ""
        time.sleep(0.01)
    return False


def _state(pid: str) -> str:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return status.rpartition(")")[2].split()[0]


def test_arguments_and_bytes_come_and_bytes_go() -> None:
    body = bytes(range(256)) * 4_000
    assert run("echo", "Đất", "", stdin=body) == "Đất|".encode() + body


def test_input_that_nobody_reads_is_no_fault() -> None:
    assert killed("leave", "3").detail == "exit code 3"
    with pytest.raises(Killed):
        run("leave", "3", stdin=bytes(8 * MIB))


@pytest.mark.parametrize("task", ["loop", "sleep"])
def test_what_never_ends_is_ended(task: str) -> None:
    assert killed(task, limits=Limits(seconds=1, memory=256 * MIB, output=MIB)).why == "time"


def test_more_memory_than_allowed_is_not_to_be_had() -> None:
    assert killed("allocate").why == "memory"


@pytest.mark.parametrize(
    ("task", "arguments", "detail"),
    [
        ("leave", ("1",), "exit code 1"),
        ("leave", ("0",), "exit code 0"),
        ("stop", (), "exit code 0"),
        ("crash", (), "SIGSEGV"),
        ("fault", (), "KeyError"),
        ("no_bytes", (), "TypeError"),
        ("unknown", (), "AttributeError"),
    ],
)
def test_crash_is_told_by_its_name_alone(task: str, arguments: tuple[str], detail: str) -> None:
    failure = killed(task, *arguments)
    assert (failure.why, failure.detail) == ("crash", detail)


def test_result_has_a_longest_length() -> None:
    assert len(run("flood", str(MIB))) == MIB
    assert killed("flood", str(MIB + 1)).why == "output"
    assert killed("flood", str(100 * MIB)).why == "output"
    assert killed("flood", "9", limits=Limits(seconds=20, memory=256 * MIB, output=8)).why == (
        "output"
    )


def test_file_has_a_longest_length(tmp_path: Path) -> None:
    assert killed("write", str(tmp_path / "file")).why == "output"
    assert (tmp_path / "file").stat().st_size <= MIB


def test_what_is_printed_is_no_answer() -> None:
    assert run("chatter") == b"true"


def test_failure_of_a_source_comes_through() -> None:
    with pytest.raises(SourceFailure) as caught:
        run("refuse", "Đất " + "x" * 3_000, limits=Limits(20, 256 * MIB, output=1))
    failure = caught.value
    assert (failure.reason, failure.where) == ("bad-rdf", "http://a.example/")
    assert failure.detail == ("Đất " + "x" * 3_000)[:2_000]


@pytest.mark.parametrize("answer", ["!", "![[", "!" + "[" * 60_000, "![1]", '!{"why": "?"}', "?"])
def test_answer_that_is_none_is_a_crash(answer: str) -> None:
    assert killed("forge", answer).why == "crash"


def test_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENDATA_SECRET", "s3cr3t")
    told = run("environment").decode()
    assert "s3cr3t" not in told
    assert "HOME" not in told


def test_child_stands_alone_within_its_limits() -> None:
    with Path(__file__).open("rb") as ours:
        os.set_inheritable(ours.fileno(), True)
        folder, is_alone, files, limits = json.loads(run("surroundings"))
    assert (folder, is_alone) == ("/", True)
    assert len(files) <= 5  # the three, the answer, and the listing itself
    assert [soft for soft, _ in limits] == [256 * MIB, 20, MIB, 64, 0]
    assert all(soft == hard for soft, hard in limits)


@pytest.mark.parametrize("way", ["stay", "go"])
def test_children_of_the_child_end_with_it(tmp_path: Path, way: str) -> None:
    note = tmp_path / "pid"
    if way == "go":
        assert run("parent", str(note), way) == b"done"
    else:
        assert killed("parent", str(note), way, limits=Limits(2, 256 * MIB, MIB)).why == "time"
    assert are_gone(note)


def test_interrupted_thread_leaves_nothing(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def interrupt() -> None:
        while not (note.exists() and note.read_text("ascii")):
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run("parent", str(note), "stay")
    thread.join()
    assert are_gone(note)


def test_several_threads_ask_at_once() -> None:
    words = [str(number) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda word: run("echo", word), words))
    assert found == [word.encode() for word in words]


def test_tables_are_read_within_a_gibibyte() -> None:
    limits = Limits(seconds=60, memory=1024 * MIB, output=MIB)
    rows = b"a,b\n" + b"1,x\n" * 500_000
    assert run("tables", limits=limits, stdin=rows) == b"27500000.0"


def test_child_that_is_ready_waits_for_its_question() -> None:
    quick = Limits(seconds=1, memory=256 * MIB, output=MIB)
    with confined.ready("confined_tasks:echo", ["a"], limits=quick) as ask:
        time.sleep(1.5)  # the clock begins with the question
        assert ask(b"b") == b"ab"


def test_child_that_is_never_asked_is_ended(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    with confined.ready("confined_tasks:parent", [str(note), "stay"], limits=LIMITS):
        pass
    assert not note.exists()
    with (
        pytest.raises(Killed),
        confined.ready("confined_tasks:fault", [], limits=LIMITS) as ask,
    ):
        ask(b"")
