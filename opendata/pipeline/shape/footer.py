"""What stands below the data: totals, sources, notes, signatures. For every format of rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile

from opendata.pipeline.apart import Apart
from opendata.pipeline.shape.sums import is_sum
from opendata.pipeline.values import Row, filled, is_value

_TOTALS = frozenset(
    {"tổng", "tổng số", "tổng cộng", "cộng", "total", "totals", "grand total", "sum total"}
)
# Words for the whole of a territory: a total only where the numbers say so.
_WHOLES = frozenset(
    {"cả nước", "toàn quốc", "toàn tỉnh", "toàn thành phố", "toàn ngành", "tổng chung", "chung"}
    | {"việt nam", "whole country", "all", "all areas"}
)
_NOTE = re.compile(
    r"\(?(nguồn( số liệu| dữ liệu)?|ghi chú|chú thích|chú ý|lưu ý|source|sources|notes?|remarks?)"
    r"\s*[:.\-–]\s*\S?.*|\(\*+\).*|\*+\s*\w.*|(ghi chú|notes?)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Footer:
    """How many rows lie behind the last row of data, and which of them are worth keeping."""

    skip_last: int = 0
    apart: tuple[Apart, ...] = ()


def find(rows: Sequence[Row], header: Row) -> Footer:
    """Return what is no data in the last rows of a table, given from the top to the end.

    A blank line is an empty tuple: readers pass over it, so it does not count in `skip_last`. A
    row of empty cells counts.
    """
    first = len(rows)
    while first and _may_be_below(rows[first - 1], rows[: first - 1], header):
        first -= 1
    below = _confirmed(rows[first:])
    apart = tuple(_apart(row) for row in below if filled(row))
    return Footer(sum(1 for row in below if row), apart) if apart else Footer()


def is_total(row: Row, others: Sequence[Row], header: Row) -> bool:
    """Say whether a row is the total of others: by its label, or by its numbers where the label
    may be that of a row like any other."""
    place = next((index for index, cell in enumerate(row) if cell.strip()), None)
    if place is None or len(header) < 2 or not any(map(is_value, row[place + 1 :])):
        return False
    label = _plain(row[place])
    if label not in _TOTALS and label not in _WHOLES:
        return False
    # `Total` in each year or for each sex is a value of its column, and its rows are data.
    is_common = any(place < len(other) and _plain(other[place]) == label for other in others)
    if is_common:
        return False
    return label in _TOTALS or is_sum(row, others)


def _may_be_below(row: Row, above: Sequence[Row], header: Row) -> bool:
    if not filled(row) or _is_note(row, header) or _is_prose(row, header):
        return True
    return is_total(row, above, header)


def _confirmed(rows: Sequence[Row]) -> list[Row]:
    """Leave out what may be data at the top: a sparse row counts as a note only behind a gap or
    behind another row that is no data."""
    return list(dropwhile(lambda row: filled(row) and _is_loose(row), rows))


def _is_loose(row: Row) -> bool:
    return not _NOTE.fullmatch(_first(row)) and _plain(_first(row)) not in _TOTALS | _WHOLES


def _is_note(row: Row, header: Row) -> bool:
    """A note begins with its word; in a row as wide as data it must be alone in it."""
    if not _NOTE.fullmatch(_first(row)):
        return False
    return filled(row) == 1 or len(row) != len(header)


def _is_prose(row: Row, header: Row) -> bool:
    """Say whether a row is so sparse that it can be a sentence, a place and date, a signature."""
    if len(header) < 2 or any(map(is_value, row)):
        return False
    return filled(row) <= max(1, len(header) // 3)


def _apart(row: Row) -> Apart:
    is_of_table = any(map(is_value, row)) and not _NOTE.fullmatch(_first(row))
    return Apart("total" if is_of_table else "note", tuple(cell or None for cell in row))


def _first(row: Row) -> str:
    return next((cell.strip() for cell in row if cell.strip()), "")


def _plain(cell: str) -> str:
    words = unicodedata.normalize("NFC", cell).casefold().split()
    return " ".join(words).strip(":.;() ")
