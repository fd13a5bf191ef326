"""Archives: ZIP and GZ are opened into files without names of their own. Runs in a confined child.

Nothing that an archive says of sizes is believed: what comes out is counted.
"""

from __future__ import annotations

import gzip
import json
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from opendata.errors import SourceFailure
from opendata.pipeline.unpack import member_names
from opendata.pipeline.unpack.distinct import distinct
from opendata.pipeline.unpack.order import Order, from_words

_CHUNK = 1 << 20
_IS_ENCRYPTED = 0x1
# Small files may shrink by any ratio.
_NO_BOMB = 16 << 20
_DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, ValueError)


@dataclass(frozen=True)
class Member:
    """A member by its name, the file it was opened to, or the reason why it was not."""

    name: str
    file: str = ""
    reason: str = ""


def unpack(words: Sequence[str], _: bytes) -> bytes:
    """Open an archive into its folder; the task of a child, see `members.py`.

    Raises `SourceFailure`: unreadable, encrypted, too-many-members, unpacked-too-large.
    """
    order = from_words(words)
    open_all = _open_gz if order.kind == "gz" else _open_zip
    try:
        members = list(open_all(order, _Budget(order)))
    except _DAMAGED as err:
        raise SourceFailure(
            "unreadable",
            order.where,
            f"the archive is damaged or cut off ({err}); ask the source to upload it again",
        ) from err
    return json.dumps([asdict(member) for member in members]).encode()


def from_json(answer: bytes) -> list[Member]:
    """Return the members that a child told of. Raises ValueError where it has another form."""
    try:
        return [
            Member(str(said["name"]), Path(str(said["file"])).name, str(said["reason"]))
            for said in json.loads(answer)
        ]
    except (KeyError, TypeError, RecursionError) as err:
        raise ValueError(f"not the members of an archive: {err!r}") from err


class _Budget:
    """What may still come out of the archive."""

    def __init__(self, order: Order) -> None:
        limits = order.limits
        packed = Path(order.path).stat().st_size
        by_ratio = max(packed * limits.max_archive_ratio, _NO_BOMB)
        self._order = order
        self._most = min(limits.max_archive_bytes, by_ratio)
        self._used = 0

    def copy(self, content: IO[bytes] | gzip.GzipFile, target: Path) -> None:
        """Raises `SourceFailure`: unpacked-too-large."""
        with target.open("wb") as out:
            while chunk := content.read(_CHUNK):
                self._used += len(chunk)
                if self._used > self._most:
                    raise self._too_large()
                out.write(chunk)

    def _too_large(self) -> SourceFailure:
        limits = self._order.limits
        return SourceFailure(
            "unpacked-too-large",
            self._order.where,
            f"the archive opens to more than {limits.max_archive_bytes} bytes, or to more than "
            f"{limits.max_archive_ratio} times its size; ask the source for smaller files, or "
            "raise tables.max_archive_bytes or tables.max_archive_ratio",
        )


def _open_gz(order: Order, budget: _Budget) -> Iterator[Member]:
    with gzip.open(order.path) as content:
        budget.copy(content, Path(order.folder) / "member-0")
    yield Member("", "member-0")


def _open_zip(order: Order, budget: _Budget) -> Iterator[Member]:
    with zipfile.ZipFile(order.path) as archive:
        members = _wanted(archive)
        most = order.limits.max_archive_members
        if len(members) > most:
            raise SourceFailure(
                "too-many-members",
                order.where,
                f"the archive has {len(members)} members, the limit is {most}; "
                "ask the source for fewer files, or raise tables.max_archive_members",
            )
        if members and all(member.flag_bits & _IS_ENCRYPTED for member in members):
            raise SourceFailure(
                "encrypted",
                order.where,
                "the archive asks for a password; ask the source for an open one",
            )
        names = distinct(map(member_names.of_zip, members))
        for number, (name, member) in enumerate(zip(names, members, strict=True)):
            yield _opened(archive, member, name, Path(order.folder) / f"member-{number}", budget)


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member_names.is_left_behind(member_names.of_zip(member))
    ]


def _opened(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, target: Path, budget: _Budget
) -> Member:
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if is_link or member_names.describes(name):
        return Member(name, reason="not-tabular")
    if member.flag_bits & _IS_ENCRYPTED:
        return Member(name, reason="encrypted")
    try:
        with archive.open(member) as content:
            budget.copy(content, target)
    except NotImplementedError:  # a way of packing that is not known here
        return Member(name, reason="format-not-read")
    except _DAMAGED:
        return Member(name, reason="unreadable")
    return Member(name, target.name)
