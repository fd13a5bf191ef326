"""What a spreadsheet in a zip holds, counted from its members before any reader opens it."""

from __future__ import annotations

import mmap
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from opendata.pipeline.unpack.rectangles import Rectangle

_CHUNK = 1 << 20
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


@dataclass(frozen=True)
class Size:
    """Uncompressed bytes, declared or actual whichever is more; cells of the rectangles of all
    sheets of XML; and which members hold cells that are marked as failed."""

    bytes: int
    cells: int
    failing: frozenset[str] = frozenset()


def measure(path: Path, *, max_bytes: int, max_cells: int) -> Size:
    """Count bytes and cells; stops early, with figures over the limit, once a limit is passed.

    Raises one of `DAMAGED` when the zip cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        size = cells = 0
        failing = set()
        declared = sum(member.file_size for member in members)
        if declared > max_bytes:
            return Size(declared, 0)
        for member in members:
            rectangle = Rectangle() if _SHEETS.fullmatch(member.filename) else None
            for chunk in chunks(archive, member):
                size += len(chunk)
                if rectangle:
                    rectangle.add(chunk)
                if size > max_bytes or (rectangle and cells + rectangle.cells > max_cells):
                    return Size(size, cells + (rectangle.cells if rectangle else 0))
            cells += rectangle.cells if rectangle else 0
            if rectangle and rectangle.has_failed_cells:
                failing.add(member.filename)
        return Size(max(size, declared), cells, frozenset(failing))


def is_locked(path: Path) -> bool:
    """Say whether a compound file holds a workbook of a newer format under a password."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_LOCKED) >= 0


def chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member opens to, a megabyte at a time."""
    with archive.open(member) as content:
        while chunk := content.read(_CHUNK):
            yield chunk
