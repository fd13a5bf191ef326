"""Every error of the product. An error carries facts and does nothing; its text is one sentence.

Each sentence says what happened, where, and what to do. Programs read `code`, people read
`str(error)`.
"""

from __future__ import annotations


class OpendataError(Exception):
    """Base of every error a person can meet."""

    code = "error"


class SettingError(OpendataError):
    """A setting that is unknown, missing or of the wrong kind: the start stops."""

    code = "setting"


class NotFound(OpendataError):
    """A thing asked for by name does not exist."""

    code = "not-found"


class Conflict(OpendataError):
    """The change asked for contradicts what is there."""

    code = "conflict"


class AlreadyRunning(Conflict):
    """Another harvest of the same source holds the lease."""

    code = "already-running"


class LeaseLost(OpendataError):
    """This run is no longer the one that may write: another took over or it was cancelled."""

    code = "lease-lost"


class RunInterrupted(OpendataError):
    """The process was asked to end; the run gives back what it has not done."""

    code = "interrupted"


class StorageError(OpendataError):
    """The file store refused: disk full, wrong owner, damaged file."""

    code = "storage"


class SearchUnavailable(OpendataError):
    """The search index cannot be read or written now: damaged, busy, or out of reach."""

    code = "search-unavailable"


class TooDeep(OpendataError):
    """A page by number behind the hits that page numbers reach; a cursor reaches any depth."""

    code = "too-deep"


class BadCursor(OpendataError):
    """A cursor that was not made here, or for another search."""

    code = "bad-cursor"


class InvalidDocument(OpendataError):
    """A metadata record that does not fit the metadata profile; `fields` maps path to message."""

    code = "invalid-metadata"

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        listed = "; ".join(f"{path}: {message}" for path, message in sorted(fields.items()))
        super().__init__(f"The record does not fit the metadata profile: {listed}")


class SourceFailure(OpendataError):
    """A source, or one of its files, cannot be used; `reason` is a code of `vocabulary.REASONS`."""

    code = "source"
    # Seconds that the source asks for before it is asked again; 0: it does not say.
    wait = 0.0

    def __init__(self, reason: str, where: str, detail: str = "") -> None:
        self.reason = reason
        self.where = where
        self.detail = detail
        super().__init__(f"{where}: {detail or reason}")


class SourceIncomplete(SourceFailure):
    """A listing ended before all that the source announced was seen: nothing may be concluded
    from what is missing."""

    def __init__(
        self, reason: str, where: str, detail: str = "", *, announced: int | None = None
    ) -> None:
        self.announced = announced
        super().__init__(reason, where, detail)
