"""Migrations are interrupted, or code and schema are of different releases: F74."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner, Result
from sqlalchemy import Engine, event, inspect, text

from cli import main
from opendata import config, migrations
from opendata.config import Settings
from opendata.models import Base

ROOT = Path(__file__).parents[2]
OLD, NEW = "0001", "0002"


def type_(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, words, env=config.to_environment(settings))


def is_of_this_release(engine: Engine) -> bool:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata) == []


def is_blocked(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(
            connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
            )
        )


def columns(engine: Engine) -> dict[str, set[str]]:
    found = inspect(engine)
    return {
        table: {column["name"] for column in found.get_columns(table)}
        for table in found.get_table_names()
    }


def test_f74_killed_in_the_middle_of_a_migration(settings: Settings, engine: Engine) -> None:
    """F74: kill -9 with half of the columns added: the old schema stands; the next try is whole."""
    migrations.downgrade(engine, OLD)
    before = columns(engine)
    with engine.connect() as reader:
        # The last table that the migration changes: it waits there for this reader.
        reader.execute(text("SELECT 1 FROM resource"))
        child = subprocess.Popen(
            [sys.executable, "-m", "cli", "db", "upgrade"],
            cwd=ROOT,
            env={
                **os.environ,
                **config.to_environment(settings),
                "OPENDATA_DATABASE__LOCK_TIMEOUT_SECONDS": "60",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not is_blocked(engine):
            assert child.poll() is None
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert columns(engine) == before
    assert not migrations.is_current(engine)
    assert type_(settings, "db", "upgrade").exit_code == 0
    assert is_of_this_release(engine)


def test_f74_every_statement_of_a_migration_fails_in_turn(engine: Engine) -> None:
    """F74: whichever it is, nothing of the migration stays, and the next try is whole."""
    migrations.downgrade(engine, OLD)
    before, position = columns(engine), 0

    class Broken(Exception):
        """The fault."""

    def upgrade_breaks_at(position: int) -> bool:
        seen = 0

        def count(*_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen > position:
                raise Broken

        event.listen(engine, "before_cursor_execute", count)
        try:
            migrations.upgrade(engine)
        except Broken:
            return True
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return False

    while upgrade_breaks_at(position):
        assert columns(engine) == before
        position += 1
    assert position > 10
    assert is_of_this_release(engine)


@pytest.mark.parametrize(
    "words", [["serve"], ["harvest", "run", "--all"], ["status"], ["store", "check"]]
)
def test_f74_old_schema_refuses_to_start(
    settings: Settings, engine: Engine, words: list[str]
) -> None:
    """F74: new code, old schema: one sentence that names the command to run."""
    migrations.downgrade(engine, OLD)
    result = type_(settings, *words)
    assert result.exit_code == 1
    assert "run `opendata db upgrade`" in result.output


@pytest.mark.parametrize("words", [["serve"], ["status"], ["db", "upgrade"]])
def test_f74_schema_of_a_later_release_refuses_to_start(
    settings: Settings, engine: Engine, words: list[str]
) -> None:
    """F74: old code, new schema: the way on is the newer release, not an upgrade."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    result = type_(settings, *words)
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)
    assert "install the release that it belongs to" in result.output
