"""fetch: the bytes of one file to a local spool, hashed on the way; the same as last time: stop."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from opendata.errors import SourceFailure
from opendata.harvester import Transfer
from opendata.pipeline.state import Tools, Work

# Of the answer's headers these are kept with the version, as evidence.
_KEPT_HEADERS = ("content-type", "content-length", "last-modified", "etag", "date")


def fetch(work: Work, tools: Tools) -> Work:
    """Download into `work.folder`; `unchanged` when the newest version has these bytes.

    Raises SourceFailure when the source does not give a whole answer.
    """
    spool = work.folder / "spool"
    with work.harvester.open(work.distribution) as transfer:
        digest, size = _save(transfer, spool)
        headers = {
            name: transfer.headers[name] for name in _KEPT_HEADERS if name in transfer.headers
        }
        fetched_from = transfer.url
    if size == 0:
        raise SourceFailure("empty", work.distribution.url, "the file has no content")
    is_known = digest == work.last_digest and work.is_settled and digest not in work.blocked
    is_known = is_known and all(tools.store.has(*file) for file in work.standing_files)
    return replace(
        work,
        spool=spool,
        digest=digest,
        size=size,
        headers=headers,
        fetched_from=fetched_from,
        fetched_at=tools.clock(),
        outcome="unchanged" if is_known else "",
    )


def _save(transfer: Transfer, spool: Path) -> tuple[str, int]:
    sha256 = hashlib.sha256()
    size = 0
    with spool.open("wb") as file:
        for chunk in transfer:
            file.write(chunk)
            sha256.update(chunk)
            size += len(chunk)
    return sha256.hexdigest(), size
