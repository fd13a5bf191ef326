"""The command line, installed as `opendata`: the one place that knows library and harvesters.

Exit codes: 0 well, 1 failed, 2 partial (something could not be read), 3 something waits for a
person, 64 the command was not written right.
"""

from __future__ import annotations

import errno
import logging
import signal
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

import harvesters
from opendata import __version__, config
from opendata.commands import output
from opendata.commands.context import Context
from opendata.commands.db import db
from opendata.commands.demo import demo
from opendata.commands.harvest import harvest
from opendata.commands.harvest_control import confirm, rebuild, retry, stop
from opendata.commands.harvest_reports import diff, log, show
from opendata.commands.harvest_reports import status as harvest_status
from opendata.commands.schema import schema
from opendata.commands.search import search
from opendata.commands.serve import serve
from opendata.commands.source import source
from opendata.commands.source_files import apply, export
from opendata.commands.source_test import test
from opendata.commands.status import status
from opendata.commands.store import store
from opendata.commands.worker import worker
from opendata.errors import OpendataError
from opendata.vocabulary import ExitCode

# click says 2, which here means "partial"; 64 is what sysexits.h calls EX_USAGE.
click.UsageError.exit_code = ExitCode.USAGE


class Commands(click.Group):
    """Turns every expected error into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OpendataError as err:
            _fail(ctx, str(err))
        except DBAPIError as err:
            logging.getLogger(__name__).debug("database error", exc_info=True)
            _fail(
                ctx,
                f"The database did not do what was asked ({type(err.orig).__name__}); "
                "check database.url and that PostgreSQL runs, then try again.",
            )
        except OSError as err:
            if err.errno == errno.EPIPE:
                raise  # the reader has gone, as `head` does; click ends in silence
            _fail(ctx, f"{err.filename or 'A file'}: {err.strerror or err}; check path and rights.")
        return None


def _fail(ctx: click.Context, sentence: str) -> None:
    output.error(sentence)
    ctx.exit(ExitCode.FAILED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    help="Settings file (else OPENDATA_CONFIG).",
)
@click.option("--verbose", is_flag=True, help="Log what happens to standard error.")
@click.version_option(__version__, prog_name="opendata")
@click.pass_context
def main(ctx: click.Context, path: Path | None, *, verbose: bool) -> None:
    """Open data catalogue: harvest, check, store, search and serve."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    # An orderly end: what runs is closed as cancelled, and its work folder goes.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    ctx.obj = Context(config.load(path), harvesters.registry())


for command in (export, apply, test):
    source.add_command(command)
for command in (db, source, harvest, schema, search, store, serve, worker, demo, status):
    main.add_command(command)
for subcommand in (harvest_status, log, show, diff, confirm, stop, retry, rebuild):
    harvest.add_command(subcommand)

if __name__ == "__main__":
    main()
