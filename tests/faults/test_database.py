"""PostgreSQL restarts, is away, is full, refuses: runs end in words, pages come back by themselves.

F56, F57, F58, F59. What the database refuses of one record is in tests/flows/test_bad_sources.py.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError

from cli import main
from opendata import config, database, wsgi
from opendata.config import Settings
from opendata.models import Run
from tests.faults import wholeness
from tests.faults.private_server import PrivateServer
from tests.faults.small_disk import small_disk
from tests.faults.wholeness import NEW, OLD, prices_are
from tests.instance import Instance
from tests.loopback import Loopback

PAGES = ("/", "/en/dataset/", "/dataset/bang-gia-dat")


@pytest.fixture
def database_url(private_server: PrivateServer) -> Iterator[str]:
    """Address of a fresh database on the server that these tests may break."""
    with private_server.fresh_database() as url:
        yield url


def harvest_with(instance: Instance, fault: Callable[[str], None]) -> Run | None:
    """Harvest with something happening at the named points; None: it could not even be noted."""
    object.__setattr__(instance.tools, "fault", fault)
    try:
        return instance.harvest("bo")
    except DBAPIError:
        return None
    finally:
        object.__setattr__(instance.tools, "fault", lambda name: None)


def once_at(point: str, action: Callable[[], object]) -> Callable[[str], None]:
    """Return a fault function that acts the first time that `point` is passed."""
    waiting = [action]

    def act(name: str) -> None:
        if name == point and waiting:
            waiting.pop()()

    return act


@pytest.mark.parametrize(
    ("point", "mode"),
    [
        ("run-started", "fast"),
        ("fetch", "fast"),
        ("version-registered", "fast"),
        ("before-commit", "immediate"),
        ("run-closing", "immediate"),
    ],
)
def test_f56_restart_in_mid_run(
    changed: Instance, private_server: PrivateServer, point: str, mode: str
) -> None:
    """F56: the run goes on, or ends as failed by the database; the next one is whole."""
    run = harvest_with(changed, once_at(point, lambda: private_server.restart(mode)))
    assert run is not None
    assert (run.state, run.reason) in {("succeeded", ""), ("failed", "database")}
    prices_are(changed, OLD, NEW)
    wholeness.check(changed)
    wholeness.next_run_is_whole(changed)


def answers(client: FlaskClient) -> dict[str, int]:
    return {page: client.get(page).status_code for page in PAGES}


def is_degraded(client: FlaskClient) -> None:
    """Pages say 503 and when to come again; what needs no database is there."""
    for page in PAGES:
        answer = client.get(page)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "Traceback" not in answer.text
    assert client.get("/about").status_code == 200
    health = client.get("/healthz")
    assert (health.status_code, health.json and health.json["status"]) == (503, "degraded")


def test_f57_pages_recover_when_the_database_is_back(
    changed: Instance, private_server: PrivateServer
) -> None:
    """F57: 503 while it is away, and afterwards the same process answers again."""
    client = changed.client()
    assert set(answers(client).values()) == {200}
    private_server.stop("immediate")
    is_degraded(client)
    private_server.start()
    assert set(answers(client).values()) == {200}
    assert client.get("/healthz").status_code == 200


def test_f57_web_starts_without_the_database(
    changed: Instance, private_server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F57: a web worker that starts meanwhile recovers, too."""
    for name, value in config.to_environment(changed.settings).items():
        monkeypatch.setenv(name, value)
    private_server.stop()
    client = wsgi.build().test_client()
    is_degraded(client)
    private_server.start()
    assert set(answers(client).values()) == {200}


@pytest.mark.parametrize(
    "words", [["serve"], ["harvest", "run", "bo"], ["status"], ["db", "upgrade"]]
)
def test_f57_command_without_the_database_is_one_sentence(
    settings: Settings, private_server: PrivateServer, words: list[str]
) -> None:
    """F57: no traceback on a terminal."""
    private_server.stop()
    result = CliRunner().invoke(main, words, env=config.to_environment(settings))
    assert result.exit_code == 1
    assert "check database.url and that PostgreSQL runs" in result.output
    assert isinstance(result.exception, SystemExit)


def test_f57_database_that_stays_away_leaves_a_run_to_the_next(
    changed: Instance, private_server: PrivateServer
) -> None:
    """F57: nothing could be noted; the next run closes the lost one and is whole."""
    run = harvest_with(changed, once_at("version-registered", private_server.stop))
    assert run is None
    wholeness.nothing_is_left_over(changed)
    private_server.start()
    prices_are(changed, OLD)
    wholeness.next_run_is_whole(changed)
    with changed.sessions() as session:
        reasons = session.scalars(select(Run.reason).order_by(Run.id)).all()
    assert reasons == ["", "lost-worker", ""]


@contextlib.contextmanager
def no_connection_free(settings: Settings) -> Iterator[None]:
    """Take every connection that the server has."""
    with contextlib.ExitStack() as taken:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                taken.enter_context(psycopg.connect(settings.database.url))
        yield


def test_f59_pages_without_a_free_connection(changed: Instance) -> None:
    """F59: an answer at once, no waiting for a place; then all is well again."""
    client = changed.client()
    changed.sessions.kw["bind"].dispose()
    with no_connection_free(changed.settings):
        is_degraded(client)
    assert set(answers(client).values()) == {200}


def test_f59_harvest_without_a_free_connection(changed: Instance) -> None:
    """F59: the run that cannot start says so and leaves nothing."""
    changed.sessions.kw["bind"].dispose()
    with no_connection_free(changed.settings):
        assert harvest_with(changed, lambda name: None) is None
    prices_are(changed, OLD)
    wholeness.check(changed)
    wholeness.next_run_is_whole(changed)


@pytest.mark.parametrize("point", ["version-registered", "run-closing"])
def test_f59_killed_backends(changed: Instance, point: str) -> None:
    """F59: an administrator ends all connections of a harvest, its sign of life included."""
    name = make_url(changed.settings.database.url).database
    every = text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = :name AND pid <> pg_backend_pid()"
    )
    other = database.open_engine(changed.settings)

    def kill() -> None:
        with other.connect() as connection:
            connection.execute(every, {"name": name})

    run = harvest_with(changed, once_at(point, kill))
    other.dispose()
    assert run is not None
    assert (run.state, run.reason) in {("succeeded", ""), ("failed", "database")}
    wholeness.check(changed)
    wholeness.next_run_is_whole(changed)


@pytest.mark.parametrize("table", ["dataset", "run"])
def test_f59_lock_wait_is_bounded(
    settings: Settings, listing: str, source_site: Loopback, table: str
) -> None:
    """F59: somebody forgets an open transaction; the run ends in words, readers never wait."""
    impatient = replace(settings, database=replace(settings.database, lock_timeout_seconds=1))
    engine = database.open_engine(impatient)
    instance = Instance(impatient, database.sessions(engine))
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    source_site.put("/gia-dat.csv", NEW)
    with contextlib.ExitStack() as forgotten:

        def hold() -> None:
            connection = forgotten.enter_context(engine.connect())
            connection.execute(text(f"SELECT 1 FROM {table} FOR UPDATE"))  # noqa: S608 - ours

        run = harvest_with(instance, once_at("fetch", hold))
        assert run is None or (run.state, run.reason) == ("failed", "database")
        assert set(answers(instance.client()).values()) == {200}
        prices_are(instance, OLD, NEW)
    wholeness.next_run_is_whole(instance)
    engine.dispose()


def test_f58_database_disk_is_full(private_server: PrivateServer, changed: Instance) -> None:
    """F58: writes are refused, reads go on, the run says that the database's disk is full."""
    name = make_url(changed.settings.database.url).database
    with tempfile.TemporaryDirectory(prefix="opendata-test-") as folder:
        Path(folder).chmod(0o755)
        with small_disk(Path(folder) / "disk") as disk:
            private_server.move_database(str(name), disk.path)
            filler = disk.fill()
            run = harvest_with(changed, lambda name: None)
            assert run is None or (run.reason, run.detail) == ("database", "DiskFull")
            assert set(answers(changed.client()).values()) == {200}
            prices_are(changed, OLD)
            filler.unlink()
            wholeness.next_run_is_whole(changed)
            private_server.move_database(str(name), None)
