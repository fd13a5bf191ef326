"""Where an embedded index lies: `current` is a link to `index-<n>`, switched by one rename."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from opendata.errors import SearchUnavailable

_PREFIX = "index-"


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
        except OSError as err:
            raise SearchUnavailable(
                f"The search index cannot be read: {err}; let {self.path} be a folder of this user."
            ) from err

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write, across processes; the system frees it when a process dies."""
        with self._lock_file() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as err:
                raise SearchUnavailable(
                    f"Another process is writing the search index in {self.path}; "
                    "wait until it has finished and try again."
                ) from err
            yield

    @contextmanager
    def replacement(self) -> Iterator[Path]:
        """Give an empty folder to fill, and put it in service; what fails leaves nothing behind."""
        with self._refusals():
            taken = [int(name.removeprefix(_PREFIX)) for name in self._folders()]
            folder = self.path / f"{_PREFIX}{max(taken, default=0) + 1}"
            folder.mkdir()
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with self._refusals():
            self._switch(folder)

    def _switch(self, folder: Path) -> None:
        """Point the link at `folder` and remove all others; their readers keep the open files."""
        link = self.path / "current.new"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        link.rename(self.path / "current")
        self._sync()
        for name in self._folders():
            if name != folder.name:
                shutil.rmtree(self.path / name)

    def _lock_file(self) -> IO[str]:
        with self._refusals():
            self.path.mkdir(parents=True, exist_ok=True)
            return (self.path / "writer.lock").open("w")

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as err:
            raise SearchUnavailable(
                f"The search index cannot be written: {err}; give this user the folder {self.path} "
                "and room on its disk."
            ) from err

    def _folders(self) -> list[str]:
        names = (entry.name for entry in self.path.iterdir())
        return [name for name in names if re.fullmatch(rf"{_PREFIX}\d+", name)]

    def _sync(self) -> None:
        # The link must be on disk before what it pointed to is gone.
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
