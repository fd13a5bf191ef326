"""Pages for what goes wrong: one sentence what happened and one what to do, in both languages.

Never the address asked for, never a traceback.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)
_RETRY_SECONDS = 30
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-fA-F:.]+\])(?::[0-9]{{1,5}})?|")
_PLAIN = [("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'")]
# Headers that belong to the error and not to the page that describes it.
_KEPT_HEADERS = ("Allow", "Content-Range", "Retry-After", "Location")


class FileBeingRestored(ServiceUnavailable):
    """The store has lost a file that the database knows."""


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
    happened, advice = _sentences(error)
    body = render_template("errors/error.html", code=error.code, happened=happened, advice=advice)
    headers = {name: text for name, text in error.get_headers() if name in _KEPT_HEADERS}
    return body, error.code, headers | {"Cache-Control": "no-store"}


def _database_error(error: Exception) -> ResponseReturnValue:
    if not isinstance(error, DBAPIError) or _is_passing(error):
        log.error("database not available: %s", error)
        return _page(ServiceUnavailable(retry_after=_RETRY_SECONDS))
    log.error("database refused a statement", exc_info=error)
    return _page(InternalServerError())


def _is_passing(error: DBAPIError) -> bool:
    """More than an outage: a statement that ran out of time may go through later, too."""
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))


def _sentences(error: HTTPException) -> tuple[str, str]:
    if isinstance(error, FileBeingRestored):
        return (
            _("This file is being restored."),
            _("It is listed, but our store cannot hand it out now. Please try again later."),
        )
    start = _("Search the catalogue or start from the first page.")
    texts = {
        400: (_("The address or the request is not valid."), start),
        404: (_("There is no page at this address."), start),
        405: (_("This page can only be read."), _("Open it as an ordinary link.")),
        410: (_("This page has been withdrawn."), start),
        413: (_("The request is too large."), _("Send less at once.")),
        416: (
            _("The file does not have the part asked for."),
            _("Ask for one range inside the file, or for all of it."),
        ),
        503: (
            _("The catalogue cannot answer at this moment."),
            _("Please try again in a minute."),
        ),
    }
    failed = (_("Something failed on our side."), _("It was noted. Please try again later."))
    if error.code and error.code >= 500:
        return texts.get(error.code, failed)
    return texts.get(error.code or 0, texts[400])
