"""Count searches and what is opened from them, behind the answer: never in its way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

from flask import Response, after_this_request, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.search.base import Query, Results
from opendata.services import search_log
from opendata.web import i18n, instance

log = logging.getLogger(__name__)
_HANOI = timezone(timedelta(hours=7))
_LONGEST_ADDRESS = 8_000


def searched(query: Query, results: Results) -> None:
    """Count a search by words; further pages of it are no further searches."""
    keep_days = instance.current().settings.search.log_days
    words = search_log.normal_form(query.text)
    if not words or keep_days <= 0 or query.page > 1 or query.after:
        return
    is_found = bool(results.total) and not results.understood.relaxed
    _behind_the_answer(
        lambda session: search_log.note(
            session, words, _today(), is_found=is_found, keep_days=keep_days
        )
    )


def opened() -> None:
    """Count that this page was opened from the results of a search, if the browser says so."""
    words = _searched_before()
    if words:
        _behind_the_answer(lambda session: search_log.note_click(session, words, _today()))


def _searched_before() -> str:
    address = request.headers.get("Referer", "")
    try:
        parts = urlsplit(address[:_LONGEST_ADDRESS])
        asked = parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        return ""
    if parts.netloc != request.host or parts.path.rstrip("/") != _search_page():
        return ""
    return search_log.normal_form(asked.get("q", [""])[0])


def _search_page() -> str:
    return i18n.link("search.page").rstrip("/")


def _today() -> date:
    return datetime.now(_HANOI).date()


def _behind_the_answer(write: Callable[[Session], None]) -> None:
    sessions = instance.current().sessions

    @after_this_request
    def attach(response: Response) -> Response:
        response.call_on_close(lambda: _written(sessions, write))
        return response


def _written(sessions: SessionFactory, write: Callable[[Session], None]) -> None:
    try:
        with sessions.begin() as session:
            write(session)
    except SQLAlchemyError as err:
        log.warning("a search was not counted: %s", err)
