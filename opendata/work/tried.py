"""What goes wrong beside the harvests is one line in the log, and is tried again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from procrastinate.exceptions import ProcrastinateException
from sqlalchemy.exc import SQLAlchemyError

from opendata.errors import OpendataError

log = logging.getLogger(__name__)


@contextmanager
def tried(what: str) -> Iterator[None]:
    """Log what a database, a disk, the queue or the search engine refuses; faults of ours pass."""
    try:
        yield
    except OpendataError as err:
        log.warning("%s: %s", what, err)
    except (SQLAlchemyError, ProcrastinateException, OSError) as err:
        # By name only: the text may fill a screen, and hold what is not for logs.
        log.warning("%s: %s", what, type(err).__name__)
