"""The failure that another try may mend."""

from __future__ import annotations

from opendata.errors import SourceFailure


class Transient(SourceFailure):
    """A failure that another try may mend; `wait` is what the source asks for, in seconds."""

    def __init__(self, reason: str, where: str, detail: str, *, wait: float = 0.0) -> None:
        super().__init__(reason, where, detail)
        self.wait = wait
