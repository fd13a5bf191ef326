"""What goes wrong in a request, in words: one sentence what happened and one what to do."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    ServiceUnavailable,
)

from opendata.search.base import WINDOW
from opendata.web import formats, i18n, instance


class FileBeingRestored(ServiceUnavailable):
    """The store has lost a file that the database knows."""


class NoFile(BadRequest):
    """A check was asked for, but neither a file nor an address came with it."""


class TwoFiles(BadRequest):
    """Both a file and an address came."""


class UnknownSchema(BadRequest):
    """The schema named is not a published one."""


class FileTooLarge(RequestEntityTooLarge):
    """More was sent to be checked than is taken."""


class ChecksBusy(ServiceUnavailable):
    """As many files as this process takes at a time are being checked."""


class PageTooDeep(BadRequest):
    """A page number behind the hits that page numbers reach."""


class UnknownCursor(BadRequest):
    """An `after` that was not made for this search."""


_KINDS: dict[type[HTTPException], str] = {
    NoFile: "no-file",
    TwoFiles: "two-files",
    UnknownSchema: "unknown-schema",
    FileTooLarge: "file-too-large",
    ChecksBusy: "checks-busy",
    PageTooDeep: "page-too-deep",
    UnknownCursor: "unknown-cursor",
}


def kind(error: HTTPException) -> str:
    """Return what programs tell errors apart by, where the status does not say it all."""
    word = _KINDS.get(type(error))
    return f"urn:opendata:{word}" if word else "about:blank"


def sentences(error: HTTPException) -> tuple[str, str]:
    """Return what happened and what to do, in the language of the request."""
    if isinstance(error, FileBeingRestored):
        return (
            _("This file is being restored."),
            _("It is listed, but our store cannot hand it out now. Please try again later."),
        )
    return _of_checks(error) or _of_search(error) or _of_status(error)


def _of_checks(error: HTTPException) -> tuple[str, str] | None:
    most = formats.size(instance.current().settings.web.max_upload_bytes, i18n.language())
    texts = {
        NoFile: (
            _("There is no file to check."),
            _("Choose a file, or give the address of one."),
        ),
        TwoFiles: (
            _("There is both a file and an address."),
            _("Send one of the two."),
        ),
        UnknownSchema: (
            _("There is no published schema of that name."),
            _("Choose one of the list, or none."),
        ),
        FileTooLarge: (
            _("The file is larger than %(size)s.", size=most),
            _("Check a part of it, for example the first rows."),
        ),
        ChecksBusy: (
            _("Many files are being checked at this moment."),
            _("Please try again in a minute."),
        ),
    }
    return texts.get(type(error))


def _of_search(error: HTTPException) -> tuple[str, str] | None:
    most = formats.number(WINDOW, i18n.language())
    texts: dict[type[HTTPException], tuple[str, str]] = {
        PageTooDeep: (
            _("Page numbers reach the first %(number)s datasets found.", number=most),
            _("Go to the last page and on by its link “Go on”: it has the parameter after."),
        ),
        UnknownCursor: (
            _("The parameter after does not belong to this search."),
            _("Begin at the first page of the search."),
        ),
    }
    return texts.get(type(error))


def _of_status(error: HTTPException) -> tuple[str, str]:
    start = _("Search the catalogue or start from the first page.")
    texts = {
        400: (_("The address or the request is not valid."), start),
        404: (_("There is no page at this address."), start),
        405: _not_allowed(error),
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


def _not_allowed(error: HTTPException) -> tuple[str, str]:
    takes = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    if takes and "GET" not in takes:
        return (
            _("This address takes requests with a body only."),
            _("Send it by POST; the page of each service says how."),
        )
    return _("This page can only be read."), _("Open it as an ordinary link.")
