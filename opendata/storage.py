"""The file store: content-addressed, immutable, keys built and checked here.

A file is written under a temporary name, synced, renamed, and its folder synced: a reader, or a
machine that loses power, never meets half a file. The name is the SHA-256 of the bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from opendata import faults
from opendata.errors import NotFound, StorageError

ORIGINALS = "originals"
TABLES = "tables"
QUARANTINE = "quarantine"
FOLDED = "folded"
_SUFFIXES = {ORIGINALS: "", TABLES: ".parquet", QUARANTINE: ".parquet", FOLDED: ".parquet"}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class Store:
    """Files of one instance, below one folder."""

    def __init__(self, root: Path, fault: faults.Fault = faults.none) -> None:
        self.root = root
        self._fault = fault

    def path(self, kind: str, digest: str) -> Path:
        """Return where the file lies; kind and digest are checked, nothing else makes a path."""
        if kind not in _SUFFIXES or not _DIGEST.fullmatch(digest):
            raise NotFound(f"There is no file {digest[:80]!r} of kind {kind!r} in the store.")
        return self.root / kind / digest[:2] / (digest + _SUFFIXES[kind])

    def put_once(self, kind: str, source: Path, digest: str) -> Path:
        """Copy `source`, whose SHA-256 is `digest`, into the store; a file already there stays.

        Raises StorageError when the disk refuses; nothing half-written is left under the name.
        """
        target = self.path(kind, digest)
        is_there = _is_plain_file(target, source.stat().st_size)
        try:
            if is_there:
                # Young again: a collection that is under way now must not take it for an orphan.
                target.touch()
                # Who wrote it may not have come so far, or have failed there.
                _sync_folder(target.parent)
            else:
                self._write(source, target)
        except OSError as err:
            raise StorageError(
                f"The store could not write {target}: {err.strerror or err}; "
                "free some disk or check who owns the folder, then run the harvest again."
            ) from err
        return target

    def open(self, kind: str, digest: str) -> BufferedReader:
        """Open a file for reading."""
        try:
            return self.path(kind, digest).open("rb")
        except FileNotFoundError as err:
            raise NotFound(
                f"The store has lost {kind}/{digest}; run `opendata store check`."
            ) from err

    def local_copy(self, kind: str, digest: str, *, size: int | None = None) -> Path:
        """Return a local path that holds the file, whole where its `size` in bytes is known."""
        path = self.path(kind, digest)
        if not _is_plain_file(path, size):
            raise NotFound(
                f"The store has lost or cut {kind}/{digest}; run `opendata store check`."
            )
        return path

    def is_there(self) -> bool:
        """Say whether anything was ever put into this store."""
        return os.path.isdir(self.root / ORIGINALS)

    def has(self, kind: str, digest: str, size: int | None) -> bool:
        """Say whether the file is there, with its size where that is known."""
        return _is_plain_file(self.path(kind, digest), size)

    def delete(self, kind: str, digest: str) -> None:
        """Remove a file; one that is not there is fine."""
        self.path(kind, digest).unlink(missing_ok=True)

    def is_older(self, kind: str, digest: str, limit: float) -> bool:
        """Say whether the file is there and was last put before `limit` (seconds since 1970)."""
        try:
            return self.path(kind, digest).stat().st_mtime < limit
        except FileNotFoundError:
            return False

    def walk(self) -> Iterator[tuple[str, str, os.stat_result]]:
        """Yield (kind, digest, stat) of every file of the store."""
        for kind, suffix in _SUFFIXES.items():
            for path in sorted((self.root / kind).glob("??/*")):
                digest = path.name.removesuffix(suffix) if suffix else path.name
                if _DIGEST.fullmatch(digest):
                    yield kind, digest, path.lstat()

    def leftovers(self) -> Iterator[Path]:
        """Yield temporary files that a killed process left behind."""
        yield from sorted(self.root.glob("*/??/.part-*"))

    def is_whole(self, kind: str, digest: str) -> bool:
        """Hash the file again and say whether it is still what its name promises."""
        path = self.path(kind, digest)
        try:
            return _is_plain_file(path, None) and sha256(path) == digest
        except OSError:
            return False

    def _write(self, source: Path, target: Path) -> None:
        _make_folder(target.parent)
        handle, name = tempfile.mkstemp(prefix=".part-", dir=target.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as out, source.open("rb") as incoming:
                shutil.copyfileobj(incoming, out, _CHUNK)
                self._fault("store-written")
                out.flush()
                os.fsync(out.fileno())
            self._fault("store-synced")
            part.chmod(0o444)
            part.rename(target)
            self._fault("store-renamed")
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)


def _is_plain_file(path: Path, size: int | None) -> bool:
    """A link or a folder in the place of a file is none of ours."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and size in (None, found.st_size)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; each is on disk before something is put into it."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
