"""The source of every known fault, as a process of its own: what it costs is not ours."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import harvesters
from opendata.harvester import SourceConfig
from opendata.models import Source
from opendata.pipeline.opening import Opened
from opendata.transport import network
from opendata.transport.client import Transport
from opendata.transport.hosts import Hosts
from tests.instance import Instance

PROGRAM = Path(__file__).parents[2] / "shared" / "tools" / "hostile_source.py"
MIB = 1024**2
_DOMAIN = "hostile.example"


@dataclass(frozen=True)
class HostileSite:
    """The running server. Every endpoint has a host name of its own, so that what one does to its
    host is not laid to another's charge; all names lead to the same loopback port."""

    port: int
    canary_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, query: str = "") -> str:
        """Return the address of an endpoint under the host name that is its own."""
        return f"http://{_name(path)}:{self.port}{path}{query}"

    def hosts(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Return what `allow_private_hosts` must hold for these endpoints."""
        return (f"127.0.0.1:{self.port}", *(f"{_name(path)}:{self.port}" for path in paths))

    def ask(self, path: str) -> Any:
        """GET a page of the server's own, `/__hits` or the like."""
        with urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def hits(self, path: str) -> int:
        """Return how often a path was asked for."""
        return int(self.ask("/__hits")["hits"].get(path, 0))

    def set_phase(self, phase: str) -> None:
        """Let `/ckan/phased` be full, shrunk, empty, error, html or partial."""
        self.ask(f"/__set?key=phased&value={phase}")


class FarInstance(Instance):
    """An instance whose client finds the names of the hostile server, and waits a hundredth of what
    it is asked to; each run has hosts of its own, so that no rest outlives it."""

    def _open(self, source: Source) -> Opened:
        client = Transport(
            self.settings.http, shared=Hosts(), resolver=_resolve, sleep=self._wait_shortly
        )
        known = SourceConfig(source.name, source.url, dict(source.options))
        return Opened(harvesters.registry()[source.kind](known, client), client)

    def _wait_shortly(self, seconds: float) -> None:
        self.tools.stop.wait(seconds / 100)


@contextmanager
def running(bomb_bytes: int = 128 * MIB) -> Iterator[HostileSite]:
    """Start the server; its bombs open to `bomb_bytes`."""
    sizes = ["--bomb-bytes", str(bomb_bytes), "--line-bytes", str(32 * MIB)]
    command = [sys.executable, str(PROGRAM), "--port", "0", "--canary-port", "0", *sizes]
    with subprocess.Popen([*command, "--max-seconds", "20"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = process.stdout.readline().decode()
        try:
            found = re.search(r"127\.0\.0\.1:(\d+)/ +canary on (\d+)", told)
            assert found is not None, told
            yield HostileSite(int(found[1]), int(found[2]))
        finally:
            process.kill()


def registry() -> dict[str, dict[str, Any]]:
    """Return the index of endpoints: group, fault, outcome, expect, truth; empty where the server
    is not on this machine."""
    if not PROGRAM.exists():
        return {}
    spec = importlib.util.spec_from_file_location("hostile_source", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.REGISTRY)


def _name(path: str) -> str:
    label = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:50].strip("-")
    return f"{label}.{_DOMAIN}"


def _resolve(host: str, port: int) -> Sequence[str]:
    return ("127.0.0.1",) if host.endswith(f".{_DOMAIN}") else network.resolve(host, port)
