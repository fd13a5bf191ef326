"""Files of text in UTF-8 and NFC: the file given, or a copy of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opendata.errors import SourceFailure
from opendata.pipeline.shape import encodings, transcode
from opendata.pipeline.shape.encodings import Encoding


def in_utf8(
    path: Path, *, folder: Path, where: str, marks_lost: bool = False
) -> tuple[Path, Encoding]:
    """Return a file in UTF-8, a copy in `folder` where one is needed, and what the encoding was.

    Bytes that it cannot read become U+FFFD in the copy, with `marks_lost` `base.UNDECODABLE`.
    Raises `SourceFailure`: unknown-encoding.
    """
    encoding = encodings.find(path)
    if encoding is None:
        raise SourceFailure(
            "unknown-encoding",
            where,
            "the text is neither UTF-8, UTF-16, windows-1258, TCVN3, VNI nor windows-1252; "
            "ask the source for UTF-8",
        )
    if encoding.is_readable_in_place:
        return path, encoding
    readable = folder / f"{path.name}.utf8"
    is_lossy = encoding.is_lossy and marks_lost
    transcode.to_utf8(path, readable, replace(encoding, is_lossy=is_lossy))
    return readable, encoding
