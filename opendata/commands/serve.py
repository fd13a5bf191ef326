"""`opendata serve`: the catalogue over HTTP, with the indexer beside it."""

from __future__ import annotations

import logging
import os
import socket
import threading
from dataclasses import replace

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.exc import SQLAlchemyError

from opendata import config
from opendata.commands.context import Context, pass_context
from opendata.config import Site
from opendata.errors import OpendataError, SettingError

log = logging.getLogger(__name__)
_INDEX_EVERY_SECONDS = 2.0
_THREADS = 4  # of each worker: a slow download holds one
_GRACE_SECONDS = 30  # for downloads under way when the server is told to end


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")
@pass_context
def serve(context: Context, host: str | None, port: int | None) -> None:
    """Serve the catalogue until it is interrupted."""
    web = context.settings.web
    web = replace(web, host=host or web.host, port=port or web.port)
    context.settings = replace(context.settings, web=web)
    run(context)


def run(context: Context) -> None:
    """Start the web workers, which read the same settings, and follow the event log meanwhile."""
    context.sessions()  # a database of another release stops the start here, with its sentence
    web = context.settings.web
    address = f"http://{web.host}:{web.port}"
    _check_free(web.host, web.port)
    if context.settings.site.url == Site().url:
        # Nobody said under which address people come: then it is this one.
        site = replace(context.settings.site, url=address)
        context.settings = replace(context.settings, site=site)
    os.environ.update(config.to_environment(context.settings))
    stop = threading.Event()
    indexing = threading.Thread(target=_keep_index, args=(context, stop), daemon=True)
    indexing.start()
    click.echo(f"The catalogue answers on {address}/ (stop it with Ctrl-C).")
    try:
        Granian(
            "opendata.wsgi:build",
            address=web.host,
            port=web.port,
            interface=Interfaces.WSGI,
            factory=True,
            workers=web.workers,
            blocking_threads=_THREADS,
            websockets=False,
            log_access=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=_GRACE_SECONDS,
        ).serve()
    finally:
        stop.set()
        indexing.join()


def _check_free(host: str, port: int) -> None:
    """Refuse a port in use: the server shares ports, so two catalogues would answer in turn."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as err:
            raise SettingError(
                f"The catalogue cannot listen on {host}:{port}: {err.strerror or err}; "
                "choose another with --port or [web] port."
            ) from err


def _keep_index(context: Context, stop: threading.Event) -> None:
    while not stop.wait(_INDEX_EVERY_SECONDS):
        try:
            context.bring_index_up_to_date()
        except (OpendataError, SQLAlchemyError, OSError) as err:
            # Search lags; pages and downloads go on. The next turn tries again.
            log.warning("the search index could not be brought up to date: %s", err)
