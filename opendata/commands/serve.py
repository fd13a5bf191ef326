"""`opendata serve`: the catalogue over HTTP, with the indexer beside it."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import replace

import click
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy.exc import SQLAlchemyError

from opendata import config
from opendata.commands.context import Context, pass_context
from opendata.errors import OpendataError

log = logging.getLogger(__name__)
_INDEX_EVERY_SECONDS = 2.0


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@pass_context
def serve(context: Context, host: str | None, port: int | None) -> None:
    """Serve the catalogue until it is interrupted."""
    settings = context.settings
    web = replace(settings.web, host=host or settings.web.host, port=port or settings.web.port)
    context.settings = replace(settings, web=web)
    click.echo(f"The catalogue answers on http://{web.host}:{web.port}/ (stop it with Ctrl-C).")
    run(context)


def run(context: Context) -> None:
    """Start the web workers, which read the same settings, and follow the event log meanwhile."""
    context.sessions()  # a database of another release stops the start here, with its sentence
    stop = threading.Event()
    indexing = threading.Thread(target=_keep_index, args=(context, stop), daemon=True)
    indexing.start()
    os.environ.update(config.to_environment(context.settings))
    web = context.settings.web
    try:
        Granian(
            "opendata.wsgi:build",
            address=web.host,
            port=web.port,
            interface=Interfaces.WSGI,
            factory=True,
            workers=web.workers,
            log_access=False,
            respawn_failed_workers=True,
        ).serve()
    finally:
        stop.set()
        indexing.join()


def _keep_index(context: Context, stop: threading.Event) -> None:
    while not stop.wait(_INDEX_EVERY_SECONDS):
        try:
            context.bring_index_up_to_date()
        except (OpendataError, SQLAlchemyError, OSError) as err:
            # Search lags; pages and downloads go on. The next turn tries again.
            log.warning("the search index could not be brought up to date: %s", err)
