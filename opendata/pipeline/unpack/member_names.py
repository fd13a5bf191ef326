"""What the members of an archive are called: decoded, tidied, never a place on a disk."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import PurePosixPath

from opendata import vietnamese
from opendata.pipeline.shape import legacy

_IS_UTF8 = 0x800
_LONGEST = 200
# What systems leave behind, and what tells of data without being data.
_FOLDERS = {"__MACOSX", ".git", ".svn"}
_LEFT_BEHIND = {"thumbs.db", "desktop.ini"}
_DESCRIBE = {"readme", "license", "licence", "copying", "changelog", "datapackage"}


def of_zip(member: zipfile.ZipInfo) -> str:
    """Return the name of a member of a ZIP, whatever encoding its writer used."""
    if member.flag_bits & _IS_UTF8:
        return tidy(member.filename)
    try:
        # What zipfile does where the writer does not say UTF-8; undone without loss.
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return tidy(member.filename)
    return tidy(_decoded(raw))


def _decoded(raw: bytes) -> str:
    """Many write UTF-8 without saying so; Windows in Viet Nam writes its own code page."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        name = unicodedata.normalize("NFC", legacy.windows_1258(raw))
    words = "".join(c if c.isalpha() else " " for c in name).split()
    marked = [word for word in words if not word.isascii()]
    is_vietnamese = bool(marked) and all(map(vietnamese.is_syllable, marked))
    return name if is_vietnamese else raw.decode("cp437")


def tidy(name: str) -> str:
    """Return a name as a path that leads nowhere: no root, no way up, no control characters."""
    shown = "".join(c if c.isprintable() else "_" for c in unicodedata.normalize("NFC", name))
    parts = (part.strip() for part in shown.replace("\\", "/").split("/"))
    kept = [part for part in parts if part not in ("", ".", "..") and not part.endswith(":")]
    return "/".join(kept)[-_LONGEST:] or "_"


def is_left_behind(name: str) -> bool:
    """Say whether a system made the member, not a person: nobody misses it."""
    parts = PurePosixPath(name).parts
    last = parts[-1].lower()
    return any(part in _FOLDERS for part in parts) or last[0] == "." or last in _LEFT_BEHIND


def describes(name: str) -> bool:
    """Say whether the member tells of data, as a README does."""
    return PurePosixPath(name).name.lower().partition(".")[0] in _DESCRIBE
