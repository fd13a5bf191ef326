"""How large the directory of a ZIP is, before anything reads it into memory."""

from __future__ import annotations

import struct
from pathlib import Path

_END = b"PK\x05\x06"
_END_SIZE = 22
_LOCATOR = b"PK\x06\x07"
_LOCATOR_SIZE = 20
_LONGEST_COMMENT = 0xFFFF


def size_of(path: Path) -> int:
    """Return the bytes of the directory as the end of the file gives them, 0 where it has none."""
    with path.open("rb") as file:
        file.seek(0, 2)
        start = max(0, file.tell() - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_SIZE)
        file.seek(start)
        tail = file.read()
        end = tail.rfind(_END)
        if end < 0 or len(tail) < end + _END_SIZE:
            return 0
        (size,) = struct.unpack_from("<L", tail, end + 12)
        locator = end - _LOCATOR_SIZE
        if locator < 0 or tail[locator : locator + 4] != _LOCATOR:
            return int(size)
        # Larger archives say it a second time, in a record that has its place told before the end.
        (place,) = struct.unpack_from("<Q", tail, locator + 8)
        file.seek(min(place, start + len(tail)))
        record = file.read(48)
        return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 48 else int(size)
