"""fetch: the bytes of one file to a local spool, hashed on the way; the same as last time: stop."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from opendata.errors import SourceFailure
from opendata.harvester import Transfer, Validators
from opendata.pipeline.state import Stored, Tools, Work

# Of the answer's headers these are kept with the version, as evidence.
_KEPT_HEADERS = ("content-type", "content-length", "last-modified", "etag", "date")


def fetch(work: Work, tools: Tools) -> Work:
    """Download into `work.folder`; `unchanged` when the newest version has these bytes.

    A source that says itself that nothing changed is believed between full checks. Raises
    SourceFailure when the source does not give a whole answer.
    """
    is_standing = _is_standing(work, tools)
    if work.stored is not None:
        return _from_store(work, work.stored, is_standing=is_standing)
    known = work.asks_with if is_standing and not work.is_asked_for_all else None
    spool = work.folder / "spool"
    with work.harvester.open(work.distribution, known=known) as transfer:
        if transfer.is_unchanged:
            return replace(work, outcome="unchanged", is_unconfirmed=True)
        digest, size = _save(transfer, spool)
        headers = _kept(transfer.headers)
        fetched_from = transfer.url
    if size == 0:
        raise SourceFailure("empty", work.distribution.url, "the file has no content")
    is_known = digest == work.last_digest and is_standing
    fetched = replace(
        work,
        spool=spool,
        digest=digest,
        size=size,
        headers=headers,
        fetched_from=fetched_from,
        fetched_at=tools.clock(),
        outcome="unchanged" if is_known else "",
    )
    return replace(fetched, validators_lied=_lied(work, fetched))


def _from_store(work: Work, stored: Stored, *, is_standing: bool) -> Work:
    if not stored.path.is_file():
        fact = "the store has lost the original; see `opendata store check`"
        raise SourceFailure("storage", work.distribution.url, fact)
    return replace(
        work,
        spool=stored.path,
        digest=stored.digest,
        size=stored.size,
        headers=stored.headers,
        fetched_from=stored.fetched_from,
        fetched_at=stored.fetched_at,
        outcome="unchanged" if is_standing else "",
    )


def _is_standing(work: Work, tools: Tools) -> bool:
    """Say whether what we have of the file is whole, in force, and not blocked."""
    return (
        work.is_settled
        and work.last_digest not in work.blocked
        and all(tools.store.has(*file) for file in work.standing_files)
    )


def _lied(before: Work, now: Work) -> bool:
    """Say whether the source calls other bytes by the names of the bytes that we had."""
    if before.last_digest in (None, now.digest) or before.asks_with == Validators():
        return False
    return before.asks_with == Validators(**now.validators)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def _save(transfer: Transfer, spool: Path) -> tuple[str, int]:
    sha256 = hashlib.sha256()
    size = 0
    with spool.open("wb") as file:
        for chunk in transfer:
            file.write(chunk)
            sha256.update(chunk)
            size += len(chunk)
    return sha256.hexdigest(), size
