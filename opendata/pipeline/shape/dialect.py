"""The delimiter of a CSV file, by a vote of its first records; quotes are respected."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice

from opendata.pipeline.readers.records import record_ends
from opendata.pipeline.values import Row

DELIMITERS = (",", ";", "\t", "|")
_RECORDS = 300
# What share of the records must have one and the same width.
_MIN_SHARE = 0.5
_MAX_SPREAD = 2
# A line without these needs no reader of CSV: it is cut at every delimiter.
_NEEDS_A_READER = ('"', "\r", "\n", "\0")


def rows(head: bytes, delimiter: str, *, is_whole: bool) -> list[Row]:
    """Split the first records of a UTF-8 file into cells; a blank line is an empty tuple.

    `is_whole` says that the file ends with `head`, so that its last record counts too.
    """
    separator = (delimiter or "\x1f").encode()
    found, start = [], 0
    if is_whole and not head.endswith((b"\n", b"\r")):
        head += b"\n"
    for end in islice(record_ends(head, separator), _RECORDS):
        found.append(_cells(head[start:end].decode("utf-8", errors="replace"), delimiter))
        start = end
    return found


def find_delimiter(head: bytes, *, is_whole: bool) -> str:
    """Return the delimiter that gives most records the same width, empty for one column."""
    votes = [(*_vote(rows(head, mark, is_whole=is_whole)), mark) for mark in DELIMITERS]
    share, width, mark = max(votes, key=lambda vote: (round(vote[0], 2), vote[1]))
    return mark if width > 1 and share >= _MIN_SHARE else ""


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
