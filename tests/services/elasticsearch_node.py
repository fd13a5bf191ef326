"""Nodes of a real Elasticsearch on loopback: start, wait until they answer, kill, start again."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import elasticsearch_home as parts

_MEMORY = "512m"
# Short-lived: a quick start counts for more than the last bit of speed.
_JAVA_OPTIONS = (f"-Xms{_MEMORY}", f"-Xmx{_MEMORY}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LONGEST_START_SECONDS = 180


def _free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@dataclass
class Node:
    """One node: its place on loopback, its folder, and the process while it runs."""

    name: str
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    http_port: int = field(default_factory=_free_port)
    transport_port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> None:
        """Start the process; it does not answer yet."""
        home = parts.home()
        self.folder.mkdir(parents=True, exist_ok=True)
        told = [f"{key}={value}" for key, value in (self._own_settings() | self.settings).items()]
        command = [str(parts.JAVA), *_JAVA_OPTIONS, "-cp", parts.class_path(home), "OneNode"]
        with (self.folder / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [*command, str(home), *told],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End the process as a power cut does."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End the process, whatever state it is in."""
        if self.process and self.process.poll() is None:
            self.kill()

    def wait(self, *, nodes: int = 1, status: str = "yellow") -> None:
        """Wait until the node is in a cluster of so many nodes that has this health."""
        path = f"/_cluster/health?wait_for_nodes={nodes}&wait_for_status={status}&timeout=5s"
        deadline = time.monotonic() + _LONGEST_START_SECONDS
        while time.monotonic() < deadline:
            assert self.process
            if self.process.poll() is not None:
                break
            if not (answer := self._ask(path)).get("timed_out", True):
                return
            time.sleep(0 if answer else 0.1)
        output = (self.folder / "output.txt").read_text("utf-8", "replace")[-4_000:]
        raise RuntimeError(f"the node {self.name} is not ready:\n{output}")

    def _ask(self, path: str) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as err:
            return dict(json.load(err))  # 408: not yet
        except (urllib.error.URLError, OSError):
            return {}

    def _own_settings(self) -> dict[str, str]:
        return {
            "node.name": self.name,
            "network.host": "127.0.0.1",
            "http.port": str(self.http_port),
            "transport.port": str(self.transport_port),
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }


@contextmanager
def running_node(folder: Path) -> Iterator[Node]:
    """Run one node until the end of the block."""
    node = Node("alone", folder, {"discovery.type": "single-node"})
    try:
        node.start()
        node.wait()
        yield node
    finally:
        node.stop()


@contextmanager
def running_cluster(folder: Path, *, size: int = 3) -> Iterator[Sequence[Node]]:
    """Run a cluster until the end of the block."""
    names = [f"node-{number}" for number in range(1, size + 1)]
    nodes = [Node(name, folder / name) for name in names]
    together = {
        "cluster.initial_master_nodes": ",".join(names),
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{node.transport_port}" for node in nodes),
    }
    with ExitStack() as stack:
        for node in nodes:
            node.settings = together
            stack.callback(node.stop)
            node.start()
        nodes[0].wait(nodes=size)
        yield nodes
