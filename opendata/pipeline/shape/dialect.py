"""The delimiter of a CSV file, by a vote of records from all over it; quotes are respected."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from opendata.pipeline.readers.records import has_open_quote, record_ends
from opendata.pipeline.values import Row

DELIMITERS = (",", ";", "\t", "|")
_RECORDS = 300
# Places behind the head that vote, too, and how much is read there.
_PLACES = 8
_PLACE_BYTES = 32 * 1024
_PLACE_RECORDS = 60
# What is read of the end of a file, and how many of its records.
_TAIL_BYTES = 64 * 1024
_TAIL_RECORDS = 300
# What share of the records must have one and the same width.
_MIN_SHARE = 0.5
_MAX_SPREAD = 2
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A line without these needs no reader of CSV: it is cut at every delimiter.
_NEEDS_A_READER = ('"', "\r", "\n", "\0")


def rows(head: bytes, delimiter: str, *, is_whole: bool, most: int | None = _RECORDS) -> list[Row]:
    """Split the first records of a UTF-8 file into cells; a blank line is an empty tuple.

    `is_whole` says that the file ends with `head`, so that its last record counts too.
    """
    separator = (delimiter or "\x1f").encode()
    found, start = [], 0
    if is_whole and not head.endswith((b"\n", b"\r")):
        head += b"\n"
    for end in islice(record_ends(head, separator), most):
        found.append(_cells(head[start:end].decode("utf-8", errors="replace"), delimiter))
        start = end
    return found


def find_delimiter(head: bytes, *, is_whole: bool, samples: Sequence[bytes] = ()) -> str:
    """Return the delimiter that gives most records the same width, empty for one column.

    `samples` are pieces of the file behind `head`, each from the beginning of a line on.
    """
    votes = [
        (*_vote(rows(head, mark, is_whole=is_whole) + _split(samples, mark)), mark)
        for mark in DELIMITERS
    ]
    share, width, mark = max(votes, key=lambda vote: (round(vote[0], 2), vote[1]))
    return mark if width > 1 and share >= _MIN_SHARE else ""


def samples_of(path: Path, start: int) -> list[bytes]:
    """Return pieces of a file spread over what lies behind `start`."""
    step = (path.stat().st_size - start) // _PLACES
    with path.open("rb") as file:
        return [_piece(file, start + step * place, _PLACE_BYTES) for place in range(_PLACES)]


def last_rows(path: Path, delimiter: str, skip_rows: int) -> list[Row]:
    """Return the last rows of a table as `rows` does; none where they cannot be told apart."""
    size = path.stat().st_size
    with path.open("rb") as file:
        tail = _piece(file, size - _TAIL_BYTES, _TAIL_BYTES)
    separator = (delimiter or "\x1f").encode()
    # Begun in the middle of quotes, or with quotes that never close: no record is certain.
    if has_open_quote(tail, separator):
        return []
    found = rows(tail, delimiter, is_whole=True, most=None)
    return found[0 if size > _TAIL_BYTES else skip_rows :][-_TAIL_RECORDS:]


def _piece(file: BinaryIO, start: int, size: int) -> bytes:
    """Return whole lines from a place on; the line that the place lies in is left out."""
    file.seek(max(0, start))
    data = file.read(size)
    if start <= 0:
        return data.removeprefix(_BYTE_ORDER_MARK)
    end = data.find(b"\n") if b"\n" in data else data.find(b"\r")
    return data[end + 1 :]


def _split(samples: Sequence[bytes], mark: str) -> list[Row]:
    split = (rows(sample, mark, is_whole=False, most=_PLACE_RECORDS) for sample in samples)
    return list(chain.from_iterable(split))


def _vote(found: list[Row]) -> tuple[float, int]:
    """Return the share of the commonest width above one, and that width."""
    widths = Counter(len(row) for row in found if row)
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0, 1
    width = max(several, key=lambda w: (several[w], w))
    if len(several) == len(widths) and max(several) - min(several) <= _MAX_SPREAD:
        # Ragged through and through, yet each record has the mark a few times: no prose is so.
        return max(_MIN_SHARE, several[width] / widths.total()), width
    return several[width] / widths.total(), width


def _cells(record: str, delimiter: str) -> Row:
    line = record.rstrip("\r\n")
    if not line:
        return ()
    if delimiter and not any(mark in line for mark in _NEEDS_A_READER):
        return tuple(line.split(delimiter))
    try:
        split = list(csv.reader([line], delimiter=delimiter or "\x1f"))
    except csv.Error:
        return (line,)
    return tuple(split[0]) if len(split) == 1 else (line,)
