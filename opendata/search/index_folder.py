"""Where an embedded index lies: `current` is a link to `index-<n>`, switched by one rename."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opendata.errors import SearchUnavailable


class IndexFolder:
    """The folder of one index: at most one writer, any number of readers."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def current(self) -> Path | None:
        """Return the folder of the index in service; None where none was ever built."""
        try:
            return self.path / os.readlink(self.path / "current")
        except FileNotFoundError:
            return None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write, across processes; the system frees it when a process dies."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "writer.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as err:
                raise SearchUnavailable(
                    f"Another process is writing the search index in {self.path}; "
                    "wait until it has finished and try again."
                ) from err
            yield

    def new(self) -> Path:
        """Make an empty folder beside the current one."""
        taken = [int(match[1]) for name in self._folders() if (match := _NUMBERED.match(name))]
        folder = self.path / f"index-{max(taken, default=0) + 1}"
        folder.mkdir()
        return folder

    def switch(self, folder: Path) -> None:
        """Put `folder` in service and remove all others; readers of the old one keep their view."""
        link = self.path / "current.new"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        link.rename(self.path / "current")
        self._sync()
        for name in self._folders():
            if name != folder.name:
                shutil.rmtree(self.path / name)

    def _folders(self) -> list[str]:
        return [entry.name for entry in self.path.iterdir() if _NUMBERED.fullmatch(entry.name)]

    def _sync(self) -> None:
        # The link must be on disk before what it pointed to is gone.
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_NUMBERED = re.compile(r"index-(\d+)")
