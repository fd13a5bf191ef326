"""Ask the search engine without letting its failure take a page down."""

from __future__ import annotations

import logging

from werkzeug.exceptions import BadRequest

from opendata.errors import OpendataError, TooDeep
from opendata.search.base import Query, Results
from opendata.web import instance

log = logging.getLogger(__name__)
# What an engine fails with: our own words, the disk's and the network's, and what the bindings of
# the embedded engine raise.
_FAILURES = (OpendataError, OSError, ValueError, RuntimeError)


def ask(query: Query) -> Results | None:
    """Return what the engine answers, or None when it does not; 400 for a page too deep."""
    try:
        return instance.current().index.search(query)
    except TooDeep as err:
        raise BadRequest from err
    except _FAILURES as err:
        log.error("search not available: %s", err)
        return None
