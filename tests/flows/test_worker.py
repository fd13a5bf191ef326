"""Workers as processes: several on one queue, stopped, killed, frozen, cut off the database."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from opendata import config
from opendata.config import Settings
from opendata.models import Dataset, Record, Run, Source
from opendata.work import queue
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback

ROOT = Path(__file__).parents[2]
# How often twenty processes compete for one source.
ROUNDS = int(os.environ.get("OPENDATA_TEST_ROUNDS", "3"))
COMPETITORS = 20
QUICK = ("nhanh-1", "nhanh-2", "nhanh-3")
SLOW = "cham"


@dataclass
class Worker:
    """A worker's process and what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    def says(self, words: str) -> bool:
        return words in self.log.read_text("utf-8")

    def end(self) -> int:
        """Ask it to end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@pytest.fixture
def slow_site() -> Iterator[Loopback]:
    """A site that answers nothing until `hold` is set."""
    with Loopback() as site:
        site.hold = threading.Event()
        yield site
        site.hold.set()


@pytest.fixture
def settings(settings: Settings, slow_site: Loopback) -> Settings:
    hosts = (*settings.http.allow_private_hosts, slow_site.url.removeprefix("http://"))
    return replace(
        settings,
        http=replace(settings.http, allow_private_hosts=hosts, transfer_deadline_seconds=60),
        worker=replace(settings.worker, grace_seconds=0.5),
    )


@pytest.fixture
def slow(instance: Instance, slow_site: Loopback) -> str:
    """A source that is due and whose site does not answer yet."""
    add(instance, SLOW, slow_site)
    make_due(instance, SLOW)
    return SLOW


@pytest.fixture
def start(instance: Instance, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start workers; what still runs in the end is killed."""
    started: list[Worker] = []

    def begin(*words: str, lease: int = 120, sources: int = 1) -> Worker:
        settings = replace(
            instance.settings,
            harvest=replace(instance.settings.harvest, lease_seconds=lease),
            worker=replace(instance.settings.worker, sources=sources),
        )
        log = tmp_path / f"worker-{len(started)}.log"
        with log.open("wb") as file:
            process = run_python(settings, *(words or ("tests.flows.worker_child",)), stderr=file)
        started.append(Worker(process, log))
        return started[-1]

    yield begin
    for worker in started:
        if worker.process.poll() is None:
            worker.process.kill()
            worker.process.wait()
        sys.stderr.write(worker.log.read_text("utf-8"))


def run_python(settings: Settings, *words: str, **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **config.to_environment(settings), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(command, cwd=ROOT, env=environment, **options)  # type: ignore[call-overload]


def add(instance: Instance, name: str, site: Loopback) -> None:
    site.put(f"/{name}.csv", f"ma,ten\n1,{name}\n")
    row = f"{name},Bộ dữ liệu {name},,Cơ quan {name},odl-vn,f,Tệp,{name}.csv,csv,\n"
    instance.add_source(name, "file_list", site.put(f"/list-{name}.csv", HEADER + row))


def busy_and_idle(start: Callable[..., Worker], lease: int) -> tuple[Worker, Worker]:
    """Start two workers; return the one that got the source, and the other."""
    pair = [start(lease=lease), start(lease=lease)]
    until(lambda: any(worker.says(f"harvest of {SLOW} begins") for worker in pair))
    until(lambda: all(worker.says(" takes ") for worker in pair))
    pair.sort(key=lambda worker: worker.says(f"harvest of {SLOW} begins"), reverse=True)
    return pair[0], pair[1]


def make_due(instance: Instance, *names: str) -> None:
    with instance.sessions() as session:
        for source in session.scalars(select(Source).where(Source.name.in_(names))):
            source.schedule = "daily"
            source.next_run_at = datetime.now(UTC) - timedelta(minutes=1)
        session.commit()


def runs_of(instance: Instance, *names: str) -> list[Run]:
    """Return the runs of some sources (of all, without names), the oldest first."""
    with instance.sessions() as session:
        query = select(Run).join(Source).order_by(Run.id)
        return list(session.scalars(query.where(Source.name.in_(names)) if names else query))


def ended(instance: Instance, *names: str) -> int:
    return sum(run.state != "running" for run in runs_of(instance, *names))


def under_way(instance: Instance) -> tuple[int, int]:
    with instance.sessions() as session:
        found = queue.state(session)
    return found.waiting, found.under_way


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def overlap(runs: Sequence[Run]) -> bool:
    return any(
        one.source_id == other.source_id and other.started_at < one.finished_at
        for one, other in itertools.combinations(runs, 2)
        if one.finished_at
    )


def test_two_workers_harvest_every_source_as_often_as_it_is_due(
    instance: Instance,
    source_site: Loopback,
    slow_site: Loopback,
    slow: str,
    start: Callable[..., Worker],
) -> None:
    for name in QUICK:
        add(instance, name, source_site)
    workers = [start(sources=2), start(sources=2)]
    until(lambda: slow_site.asked)
    for times in range(1, 4):
        # The slow one is due again and again while it is being harvested.
        make_due(instance, slow, *QUICK)
        until(lambda times=times: ended(instance, *QUICK) == times * len(QUICK))  # type: ignore[misc]
    until(lambda: under_way(instance) == (0, 1))
    assert slow_site.hold
    slow_site.hold.set()
    until(lambda: ended(instance, slow) and under_way(instance) == (0, 0))
    assert [worker.end() for worker in workers] == [0, 0]
    runs = runs_of(instance)
    with instance.sessions() as session:
        names = {source.id: source.name for source in session.scalars(select(Source))}
        assert not session.scalars(select(Source).where(Source.next_run_at < func.now())).all()
    assert Counter(names[run.source_id] for run in runs) == {slow: 1, **dict.fromkeys(QUICK, 3)}
    assert {(run.state, run.trigger) for run in runs} == {("succeeded", "schedule")}
    assert not overlap(runs)


def test_one_of_twenty_processes_gets_the_source(
    instance: Instance, slow_site: Loopback, slow: str
) -> None:
    """F66: two and more harvests of one source at once."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    words = ("tests.flows.barrier_child", slow, str(COMPETITORS), str(ROUNDS))
    with run_python(instance.settings, *words, **pipes) as process:
        assert process.stdin
        assert process.stdout
        for number in range(ROUNDS):
            slow_site.hold = threading.Event()
            process.stdin.write(b"go\n")
            process.stdin.flush()
            losers = {process.stdout.readline() for _ in range(COMPETITORS - 1)}
            slow_site.hold.set()
            assert losers == {b"already-running\n"}
            assert process.stdout.readline() == b"succeeded\n"
            assert len(runs_of(instance)) == number + 1


def test_worker_that_was_frozen_writes_nothing_when_it_wakes(
    instance: Instance, slow_site: Loopback, slow: str, start: Callable[..., Worker]
) -> None:
    """F67: frozen past its lease, while another takes over."""
    frozen, other = busy_and_idle(start, lease=3)
    until(lambda: slow_site.asked)
    frozen.process.send_signal(signal.SIGSTOP)
    until(lambda: len(slow_site.asked) > 1)
    assert slow_site.hold
    slow_site.hold.set()
    until(lambda: ended(instance) == 2)
    frozen.process.send_signal(signal.SIGCONT)
    until(lambda: frozen.says("is harvested elsewhere") or frozen.says("taken over"))
    until(lambda: under_way(instance) == (0, 0))
    assert [frozen.end(), other.end()] == [0, 0]
    first, second = runs_of(instance)
    assert (first.state, first.reason, second.state) == ("failed", "lost-worker", "succeeded")
    with instance.sessions() as session:
        assert set(session.scalars(select(Record.run_id))) == {second.id}
        assert session.scalar(select(func.count()).select_from(Dataset)) == 1


def test_worker_that_is_asked_to_end_gives_back(
    instance: Instance, slow_site: Loopback, slow: str, start: Callable[..., Worker]
) -> None:
    """F69: a deploy."""
    first = start("cli", "worker")
    until(lambda: slow_site.asked)
    assert first.end() == 0
    run = runs_of(instance)[0]
    assert (run.state, run.reason) == ("cancelled", "interrupted")
    assert under_way(instance) == (0, 0)
    assert slow_site.hold
    slow_site.hold.set()
    second = start()
    until(lambda: ended(instance) == 2)
    assert second.end() == 0
    assert [run.state for run in runs_of(instance)] == ["cancelled", "succeeded"]


def test_run_that_can_end_itself_is_waited_for(
    instance: Instance, slow_site: Loopback, slow: str, start: Callable[..., Worker]
) -> None:
    patient = replace(instance.settings.worker, grace_seconds=3_600)
    instance.settings = replace(instance.settings, worker=patient)
    worker = start()
    until(lambda: slow_site.asked)
    worker.process.terminate()
    until(lambda: worker.says("asked to end"))
    assert slow_site.hold
    slow_site.hold.set()
    assert worker.process.wait(30) == 0
    run = runs_of(instance)[0]
    assert (run.state, run.reason, under_way(instance)) == ("cancelled", "interrupted", (0, 0))
    with instance.sessions() as session:
        assert session.scalars(select(Source).where(Source.next_run_at <= func.now())).one()


def test_source_of_a_killed_worker_is_taken_over(
    instance: Instance, slow_site: Loopback, slow: str, start: Callable[..., Worker]
) -> None:
    killed, other = busy_and_idle(start, lease=3)
    until(lambda: slow_site.asked)
    killed.process.kill()
    killed.process.wait()
    assert slow_site.hold
    slow_site.hold.set()
    until(lambda: ended(instance) == 2)
    assert other.end() == 0
    assert [(run.state, run.reason) for run in runs_of(instance)] == [
        ("failed", "lost-worker"),
        ("succeeded", ""),
    ]


def test_harvest_of_a_worker_killed_before_its_run_began_is_not_lost(
    instance: Instance, slow_site: Loopback, slow: str, start: Callable[..., Worker]
) -> None:
    assert slow_site.hold
    slow_site.hold.set()
    with instance.sessions() as session:
        session.execute(text("LOCK TABLE run IN SHARE MODE"))  # none can begin
        killed = start()
        until(lambda: killed.says(f"harvest of {slow} begins"))
        killed.process.kill()
        killed.process.wait()
        session.execute(text("UPDATE queue.procrastinate_workers SET last_heartbeat = 'epoch'"))
        session.commit()
    assert (runs_of(instance), under_way(instance)) == ([], (0, 1))
    other = start()
    until(lambda: ended(instance) == 1 and under_way(instance) == (0, 0))
    assert other.end() == 0
    assert [run.state for run in runs_of(instance)] == ["succeeded"]


def test_worker_that_is_asked_twice_ends_at_once(
    instance: Instance, slow_site: Loopback, slow: str, start: Callable[..., Worker]
) -> None:
    patient = replace(instance.settings.worker, grace_seconds=3_600)
    instance.settings = replace(instance.settings, worker=patient)
    worker = start()
    until(lambda: slow_site.asked)
    worker.process.terminate()
    until(lambda: worker.says("asked to end"))
    worker.process.terminate()
    assert worker.process.wait(10) == -signal.SIGTERM


def test_worker_outlives_its_connections(
    instance: Instance, slow_site: Loopback, slow: str, start: Callable[..., Worker]
) -> None:
    worker = start()
    until(lambda: slow_site.asked)
    for _ in range(3):
        cut_all_others_off(instance)
    assert slow_site.hold
    slow_site.hold.set()
    until(lambda: ended(instance) == 1)
    make_due(instance, slow)
    cut_all_others_off(instance)
    until(lambda: runs_of(instance)[-1].state == "succeeded" and ended(instance) == 2)
    assert worker.end() == 0


def cut_all_others_off(instance: Instance) -> None:
    with instance.sessions() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
