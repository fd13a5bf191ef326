"""Step: what the bytes are. Format by content; then encoding, delimiter, sheets and headers."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.shape import claims, shapes, signature
from opendata.pipeline.tables import FileShape
from opendata.pipeline.unpack import frame, members

if TYPE_CHECKING:
    # A checked file goes through these steps without the tools of a run.
    from opendata.pipeline.state import Tools, Work

_BINARY = signature.Signature("other", "not-tabular")


def detect(work: Work, tools: Tools) -> Work:
    """Set `work.shape`.

    Raises `SourceFailure`: empty, unexpected-type, unknown-encoding, unreadable, and what the
    bounds of tables refuse.
    """
    if work.spool is None:
        raise ValueError("detect works on the spool that fetch has written")
    url = work.fetched_from or work.distribution.url
    claim = claims.claimed_format(work.claimed_format, work.distribution.url, work.headers)
    shape = shape_of(work.spool, claim, folder=work.folder, limits=tools.settings.tables, where=url)
    return replace(work, shape=shape)


def shape_of(
    path: Path, claim: str, *, folder: Path, limits: Tables, where: str, is_member: bool = False
) -> FileShape:
    """Return what a file is; a copy that readers need goes to `folder`. Raises as `detect`.

    An archive that is a member of another is not opened.
    """
    if path.stat().st_size == 0:
        raise SourceFailure("empty", where, "the file has no bytes; ask the source for the file")
    found = signature.identify(path)
    if found.format == "html" and claims.is_data(claim):
        raise SourceFailure(
            "unexpected-type",
            where,
            f"the source says {claim}, but the bytes are a web page; "
            "open the address in a browser and correct it",
        )
    if found == _BINARY and claims.is_delimited(claim):
        raise SourceFailure(
            "unexpected-type",
            where,
            f"the source says {claim}, but the bytes are a program, a picture or the like; "
            "ask it to correct the file or its format",
        )
    if found.format == "csv" and claims.is_other_text(claim):
        return FileShape("other", reason="not-tabular")
    if found.format == "csv":
        return shapes.of_csv(path, folder=folder, limits=limits, where=where)
    if found.reason or (is_member and found.format in members.FORMATS):
        return FileShape(found.format, reason=found.reason or "format-not-read")
    into = Path(tempfile.mkdtemp(prefix="unpacked-", dir=folder))
    if found.format not in members.FORMATS:
        return frame.shape_of(found.format, path, folder=into, limits=limits, where=where)

    def inner(member: Path, said: str, room: Path) -> FileShape:
        return shape_of(
            member, said or claim, folder=room, limits=limits, where=where, is_member=True
        )

    return members.shape_of(
        found.format, path, folder=into, limits=limits, where=where, inner=inner
    )
