"""The shape of an archive: each member that is data is looked at as a file of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.tables import FileShape, TableShape
from opendata.pipeline.unpack import archive, frame
from opendata.pipeline.unpack.archive import Member
from opendata.records import Problem

# Returns the shape of a file that has a claim, with a folder of its own.
ShapeOf = Callable[[Path, str, Path], FileShape]

FORMATS = ("zip", "gz")
# What leaves an archive as it is; only a damaged one is a failure.
_KEPT = ("encrypted", "too-many-members", "unpacked-too-large")
_NOT_READ = "format-not-read"


def shape_of(
    kind: str, path: Path, *, folder: Path, limits: Tables, where: str, inner: ShapeOf
) -> FileShape:
    """Return the shape of an archive, its members opened into `folder`.

    What is not read is told as a problem of the member. Raises `SourceFailure`: unreadable,
    too-much-memory, too-much-time; and as `inner` for a file that is packed alone.
    """
    try:
        answer = frame.ask(kind, path, folder, limits, where)
        members = archive.from_json(answer)
    except SourceFailure as failure:
        if failure.reason not in _KEPT:
            raise
        return FileShape(kind, reason=failure.reason)
    except ValueError as err:
        raise SourceFailure("unreadable", where, "what was unpacked cannot be read") from err
    shapes = [(member, _of_member(member, folder, inner)) for member in members]
    readable = [member for member, shape in shapes if shape.tables]
    tables: list[TableShape] = []
    problems: list[Problem] = []
    for member, shape in shapes:
        prefix = member.name if len(readable) > 1 else ""
        tables += [replace(t, name=_joined(prefix, t.name)) for t in shape.tables]
        problems += _problems(member, shape)
    if tables:
        return FileShape(kind, tuple(tables), problems=tuple(problems))
    reasons = {shape.reason for _, shape in shapes} or {"no-rows"}
    reason = reasons.pop() if len(reasons) == 1 else _NOT_READ
    return FileShape(kind, reason=reason, problems=tuple(problems))


def _of_member(member: Member, folder: Path, inner: ShapeOf) -> FileShape:
    if not member.file:
        return FileShape("other", reason=member.reason)
    claim = PurePosixPath(member.name).suffix.lower().lstrip(".")
    into = Path(tempfile.mkdtemp(prefix="member-", dir=folder))
    try:
        return inner(folder / member.file, claim, into)
    except SourceFailure as failure:
        if not member.name:  # a file that is packed alone stands for itself
            raise
        return FileShape("other", reason=failure.reason)


def _problems(member: Member, shape: FileShape) -> Iterator[Problem]:
    """Tell of a member that is not read; a file that is packed alone has no name to tell."""
    if not shape.tables and member.name:
        yield Problem("member-not-read", field=member.name, value=shape.reason)
    for problem in shape.problems:
        yield replace(problem, field=_joined(member.name, problem.field))


def _joined(*names: str) -> str:
    return "/".join(filter(None, names))
