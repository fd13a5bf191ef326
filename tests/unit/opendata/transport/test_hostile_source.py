"""The HTTP client against a source that misbehaves in every way we know of."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from opendata.config import Http
from opendata.errors import SourceFailure
from opendata.transport.client import Transport
from opendata.transport.hosts import Hosts

GROUPS = {"transport", "compression", "redirect", "status"}
FAILED = {
    "bad-encoding",
    "bad-http",
    "bad-url",
    "blocked",
    "connection",
    "rate-limited",
    "timeout",
    "too-large",
    "too-many-redirects",
    "too-slow",
    "truncated",
    "unexpected-status",
}
REFUSED = {"bad-url", "forbidden-address", "forbidden-port", "forbidden-scheme"}
# Sound HTTP, so that only who looks into the content can tell; and the bomb behind a redirect,
# which does no harm to who does not read it.
LEFT_TO_OTHERS = {
    "/gzip-bomb.csv.gz",
    "/gzip-bomb-redirect",
    "/status/200-error-html",
    "/status/200-html-as-csv",
    "/status/200-json-error",
}
SOUND_BYTES = 21_024


@pytest.fixture(scope="module")
def hostile(shared_inputs: Path) -> ModuleType:
    path = shared_inputs / "tools" / "hostile_source.py"
    spec = importlib.util.spec_from_file_location("hostile_source", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.OPT.max_seconds = 8.0
    module.OPT.bomb_bytes = 64 * 1024**2
    return module


@pytest.fixture(scope="module")
def answers(hostile: ModuleType) -> Iterator[dict[str, str]]:
    """What became of every endpoint: the reason of its failure, or the number of bytes."""
    server = hostile.start(0, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host = f"127.0.0.1:{server.server_address[1]}"
    settings = Http(
        allow_private_hosts=(host,),
        read_timeout_seconds=2.5,
        transfer_deadline_seconds=5.0,
        max_bytes=16 * 1024**2,
        tries=6,
    )

    def ask(path: str) -> str:
        # A client each: what one endpoint does must not count against the host for the next.
        # The source asks for waits of seconds: they are told to the deadline, and shortened.
        transport = Transport(
            settings, shared=Hosts(), sleep=lambda seconds: time.sleep(seconds / 100)
        )
        try:
            with transport.open(f"http://{host}{path}") as transfer:
                return str(sum(len(chunk) for chunk in transfer))
        except SourceFailure as failure:
            return failure.reason

    paths = [path for path, about in hostile.REGISTRY.items() if about["group"] in GROUPS]
    with ThreadPoolExecutor(16) as pool:
        yield dict(zip(paths, pool.map(ask, paths), strict=True))
    server.shutdown()
    server.server_close()
    thread.join()


def of_outcome(hostile: ModuleType, answers: dict[str, str], outcome: str) -> dict[str, str]:
    return {
        path: answer
        for path, answer in answers.items()
        if hostile.REGISTRY[path]["outcome"] == outcome and path not in LEFT_TO_OTHERS
    }


def test_sound_answers_come_whole(hostile: ModuleType, answers: dict[str, str]) -> None:
    found = of_outcome(hostile, answers, "accept") | of_outcome(hostile, answers, "retry")
    assert len(found) >= 6
    assert set(found.values()) == {str(SOUND_BYTES)}


def test_faults_fail_with_a_reason(hostile: ModuleType, answers: dict[str, str]) -> None:
    found = of_outcome(hostile, answers, "fail")
    assert len(found) >= 30
    assert {path: answer for path, answer in found.items() if answer not in FAILED} == {}


def test_forbidden_redirects_are_refused(hostile: ModuleType, answers: dict[str, str]) -> None:
    found = of_outcome(hostile, answers, "refuse")
    # This one answers well the first time it is asked.
    assert found.pop("/redirect/then-metadata") == str(SOUND_BYTES)
    assert len(found) >= 20
    assert {path: answer for path, answer in found.items() if answer not in REFUSED} == {}


def test_gone_and_empty_are_told_apart(answers: dict[str, str]) -> None:
    statuses = [answers[f"/status/{status}"] for status in (404, 410, 204, "200-empty")]
    assert statuses == ["missing", "missing", "empty", "0"]


def test_nothing_reached_the_canary(hostile: ModuleType, answers: dict[str, str]) -> None:
    assert answers
    assert hostile.CANARY == {}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/drip", "too-slow"),
        ("/drip-headers", "too-slow"),
        ("/stall", "timeout"),
        ("/no-response", "connection"),
        ("/truncated", "truncated"),
        ("/truncated-chunked", "truncated"),
        ("/truncated-gzip", "truncated"),
        ("/length-huge", "too-large"),
        ("/endless", "too-large"),
        ("/endless-headers", "bad-http"),
        ("/gzip-bomb", "too-large"),
        ("/gzip-bomb-double", "bad-encoding"),
        ("/encoding-chain", "bad-encoding"),
        ("/gzip-trailing", "bad-encoding"),
        ("/redirect/loop", "too-many-redirects"),
        ("/redirect/data", "forbidden-scheme"),
        ("/redirect/postgres", "forbidden-port"),
        ("/status/429-forever", "rate-limited"),
    ],
)
def test_fault_has_its_own_reason(answers: dict[str, str], path: str, reason: str) -> None:
    assert answers[path] == reason
