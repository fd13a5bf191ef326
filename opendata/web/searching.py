"""Ask the search engine without letting its failure take a page down."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from opendata.errors import BadCursor, OpendataError, TooDeep
from opendata.search import relax
from opendata.search.base import Query, Results, Searcher
from opendata.web import error_words, instance

log = logging.getLogger(__name__)
# What an engine fails with: our own words, the disk's and the network's, and what the bindings of
# the embedded engine raise.
_FAILURES = (OpendataError, OSError, ValueError, RuntimeError)


def ask(query: Query) -> Results | None:
    """Return what the engine answers, or None when it does not.

    Raises BadRequest for a page or a cursor that leads nowhere.
    """
    return _guarded(lambda index: index.search(_knowing(query)))


def answer(query: Query) -> Results | None:
    """As `ask`; where nothing fits the query, what fits a part of it."""
    return _guarded(lambda index: relax.answer(index, _knowing(query)))


def _knowing(query: Query) -> Query:
    return replace(query, knowledge=instance.current().known.now())


def _guarded(search: Callable[[Searcher], Results]) -> Results | None:
    try:
        return search(instance.current().index)
    except TooDeep as err:
        raise error_words.PageTooDeep from err
    except BadCursor as err:
        raise error_words.UnknownCursor from err
    except _FAILURES as err:
        log.error("search not available: %s", err)
        return None
