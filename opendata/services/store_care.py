"""Care of the file store: is every published file there and whole, what belongs to nobody."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata.errors import StorageError
from opendata.models import TableBuild, Version
from opendata.storage import FOLDED, ORIGINALS, QUARANTINE, TABLES, Store

# How the work folders of harvests begin.
SPOOL_PREFIX = "harvest-"


def spools(data_path: Path) -> Path:
    """Return where the work folders of harvests lie; `collect` sweeps what killed ones left."""
    return data_path / "tmp"


@dataclass(frozen=True)
class StoreReport:
    """What a check found. `missing` and `damaged` are faults; `orphans` only take room."""

    files: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]
    orphans: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not self.missing and not self.damaged


def require(session: Session, store: Store) -> None:
    """Refuse to go on with a store that is gone as a whole, its disk not mounted for instance.

    What were written now would be hidden once the disk is back. Raises StorageError.
    """
    if not store.is_there() and session.scalar(select(Version.id).limit(1)) is not None:
        raise StorageError(
            f"The store {store.root} is gone, but the database knows of files in it; mount its "
            "disk or correct [store] path (if the files are lost for good, make the folder "
            f"{store.root / ORIGINALS}), then run the harvest again."
        )


def check(session: Session, store: Store) -> StoreReport:
    """Hash every file again and hold the store against the database."""
    wanted = referenced(session)
    found = {(kind, digest) for kind, digest, _ in store.walk()}
    damaged = (key for key in sorted(wanted & found) if not store.is_whole(*key))
    return StoreReport(
        files=len(found),
        missing=tuple("/".join(key) for key in sorted(wanted - found)),
        damaged=tuple("/".join(key) for key in damaged),
        orphans=tuple("/".join(key) for key in sorted(found - wanted)),
    )


def collect(
    session: Session, store: Store, *, data_path: Path, now: datetime, older_than: timedelta
) -> list[str]:
    """Delete files that no row refers to and work folders that a killed process left.

    Only what is old: a younger file may belong to a harvest that has not committed yet.
    """
    limit = (now - older_than).timestamp()
    removed = []
    for kind, digest, _ in list(store.walk()):
        # Asked anew for each file: a harvest may have just taken it into use.
        if not _is_referenced(session, kind, digest) and store.is_older(kind, digest, limit):
            store.delete(kind, digest)
            removed.append(f"{kind}/{digest}")
    for part in [*store.leftovers(), *spools(data_path).glob(f"{SPOOL_PREFIX}*")]:
        with contextlib.suppress(FileNotFoundError):  # a harvest has just cleaned up itself
            if part.stat().st_mtime < limit:
                shutil.rmtree(part) if part.is_dir() else part.unlink()
                removed.append(part.name)
    return removed


def _is_referenced(session: Session, kind: str, digest: str) -> bool:
    column = {
        ORIGINALS: Version.digest,
        TABLES: TableBuild.parquet_digest,
        QUARANTINE: TableBuild.quarantine_digest,
        FOLDED: TableBuild.folded_digest,
    }[kind]
    return session.scalars(select(column).where(column == digest).limit(1)).first() is not None


def usage(store: Store) -> dict[str, tuple[int, int]]:
    """Return per kind of file how many there are and their bytes."""
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for kind, _, stat in store.walk():
        files[kind] += 1
        sizes[kind] += stat.st_size
    return {kind: (files[kind], sizes[kind]) for kind in (ORIGINALS, TABLES, QUARANTINE, FOLDED)}


def referenced(session: Session) -> set[tuple[str, str]]:
    """Return every (kind, digest) that a row refers to."""
    return set(_references(session))


def _references(session: Session) -> Iterator[tuple[str, str]]:
    for digest in session.scalars(select(Version.digest).distinct()):
        yield ORIGINALS, digest
    for parquet, quarantine, folded in session.execute(
        select(TableBuild.parquet_digest, TableBuild.quarantine_digest, TableBuild.folded_digest)
    ):
        yield TABLES, parquet
        if quarantine:
            yield QUARANTINE, quarantine
        if folded:
            yield FOLDED, folded
