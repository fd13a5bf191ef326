"""How fast a harvest is: 10,000 CKAN packages, the same again, 200 small files through the chain.

Prints records and files a second, CPU and memory. The source runs in a process of its own on the
last core; where one core is spoken of, harvester and PostgreSQL share the first.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import made_ckan

from harvesters import registry
from opendata import config, migrations
from opendata.commands.context import Context
from opendata.pipeline import run as pipeline_run
from opendata.services import sources
from opendata.services.sources import SourceChange


def main() -> None:
    arguments = _arguments()
    if arguments.part:
        _part(arguments.part, arguments.url, arguments.data)
        return
    with made_ckan.serving(packages=arguments.packages, files=arguments.files) as url:
        print(f"{arguments.packages} packages, {arguments.files} files of {made_ckan.ROWS} rows")
        with tempfile.TemporaryDirectory(prefix="opendata-bench-") as data:
            _measure("metadata", url, data)
        with tempfile.TemporaryDirectory(prefix="opendata-bench-") as data:
            _measure("files", url, data)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--part", choices=("metadata", "files"), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(part: str, url: str, data: str) -> None:
    """Each part in a fresh process, so that its memory is its own."""
    command = [sys.executable, __file__, "--part", part, "--url", url, "--data", data]
    subprocess.run(command, check=True)


def _part(part: str, url: str, data: str) -> None:
    if part == "metadata":
        os.sched_setaffinity(0, {0})  # PostgreSQL, our child, stays on it as well
    host = url.removeprefix("http://")
    settings = {
        "OPENDATA_DATA_DIR": data,
        "OPENDATA_HTTP__ALLOW_PRIVATE_HOSTS": host,
        "OPENDATA_HTTP__CONNECTIONS_PER_HOST": "4",
    }
    context = Context(config.load(None, settings), registry())
    migrations.upgrade(context.engine)
    _add(context, part, url)
    for round_ in ("first", "unchanged"):
        _time(f"{part}, {round_}", lambda: _harvest(context, part))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{part}: peak {peak} MB resident")


def _add(context: Context, part: str, url: str) -> None:
    change = SourceChange(
        kind="ckan",
        url=f"{url}/{part}",
        files="link" if part == "metadata" else "copy",
        options={"rows": "500"},
    )
    with context.sessions() as session:
        sources.add(session, part, change, kinds=list(context.registry), actor="bench")
        session.commit()


def _harvest(context: Context, name: str) -> tuple[int, dict[str, Any]]:
    with context.sessions() as session:
        source = sources.get(session, name)
    run = pipeline_run.harvest(
        source, context.open_harvester, context.tools, trigger="bench", progress=_say_nothing
    )
    counts = run.counts
    done = counts.get("resources") if name == "files" else None
    return done or sum(counts.get(word, 0) for word in ("created", "unchanged")), counts


def _say_nothing(title: str, counts: Counter[str]) -> None:
    """No display."""


def _time(what: str, work: Callable[[], tuple[int, dict[str, Any]]]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    done, counts = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{what}: {done / wall:,.0f} a second ({wall:.1f} s wall, {cpu:.1f} s CPU of ours; "
        f"{json.dumps(counts)})",
        flush=True,
    )


if __name__ == "__main__":
    main()
