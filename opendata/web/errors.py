"""Answers for what goes wrong: a page for people, problem+json (RFC 9457) for programs.

Never the address asked for, never a traceback.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from opendata.web import error_words, i18n

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)
_RETRY_SECONDS = 30
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-fA-F:.]+\])(?::[0-9]{{1,5}})?|")
_PLAIN = [("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'")]
# Headers that belong to the error and not to the page that describes it.
_KEPT_HEADERS = ("Allow", "Content-Range", "Retry-After", "Location")


def install(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PoolTimeout, _database_error)
    app.wsgi_app = _refuse_odd_hosts(app.wsgi_app)  # type: ignore[method-assign,assignment] # the way Flask documents


def _refuse_odd_hosts(inner: WSGIApplication) -> WSGIApplication:
    """Answer 400 to a Host that no address can be made of: inside, not even a page could be."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        if _HOST.fullmatch(host):
            return inner(environ, start)
        start("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), *_PLAIN])
        return [b"The Host header of the request is not valid.\n"]

    return answer


def _page(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    happened, advice = error_words.sentences(error)
    headers = {**kept_headers(error), "Cache-Control": "no-store"}
    if i18n.is_api():
        problem = {
            "type": error_words.kind(error),
            "title": happened,
            "status": error.code,
            "detail": advice,
        }
        headers["Content-Type"] = "application/problem+json"
        return json.dumps(problem, ensure_ascii=False), error.code, headers
    body = render_template("errors/error.html", code=error.code, happened=happened, advice=advice)
    return body, error.code, headers


def kept_headers(error: HTTPException) -> dict[str, str]:
    """Return the headers that belong to the error, whatever describes it."""
    return {name: text for name, text in error.get_headers() if name in _KEPT_HEADERS}


def _database_error(error: Exception) -> ResponseReturnValue:
    if not isinstance(error, DBAPIError) or _is_passing(error):
        log.error("database not available: %s", error)
        return _page(ServiceUnavailable(retry_after=_RETRY_SECONDS))
    log.error("database refused a statement", exc_info=error)
    return _page(InternalServerError())


def _is_passing(error: DBAPIError) -> bool:
    """More than an outage: a statement that ran out of time may go through later, too."""
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
