"""A disk of a few kilobytes, as memory; where mounting is not allowed the test is skipped."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A mounted folder whose size and rights can be changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def let_hold(self, kilobytes: int) -> None:
        """Make it larger or smaller; never smaller than what it holds."""
        _mount("-o", f"remount,size={kilobytes}k", self.path)

    def be_readonly(self, *, yes: bool = True) -> None:
        """Refuse all writes, or take them again."""
        _mount("-o", f"remount,{'ro' if yes else 'rw'}", self.path)

    def used(self) -> int:
        """Return how many kilobytes are taken."""
        answer = subprocess.run(
            ["df", "--output=used", "-k", self.path], check=True, capture_output=True, text=True
        )
        return int(answer.stdout.split()[-1])

    def fill(self) -> Path:
        """Take all that is free; delete the file returned to give it back."""
        filler = self.path / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return filler


@contextmanager
def small_disk(path: Path, kilobytes: int = 64 * 1024) -> Iterator[SmallDisk]:
    """Mount an empty disk at `path`."""
    path.mkdir(parents=True, exist_ok=True)
    try:
        _mount("-t", "tmpfs", "-o", f"size={kilobytes}k,mode=755", "tmpfs", path)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not allowed here: no small disk to fill")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)
