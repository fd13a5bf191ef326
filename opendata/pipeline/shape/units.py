"""Rows that say in what a table counts: units under the labels, numbers of columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from opendata.pipeline.values import Row, is_value

_MULTIPLES = r"(nghìn|ngàn|triệu|tỷ|tỉ|trăm|chục|thousand|million|billion|1\.?000|100\.?000)\s+"
_NAMES = (
    "người|nhân khẩu|hộ|hộ gia đình|lượt|lượt người|lượt khách|cơ sở|doanh nghiệp|hợp tác xã|đơn vị"
    "|trường|lớp|phòng|học sinh|sinh viên|giáo viên|bác sĩ|y sĩ|giường|giường bệnh|cái|chiếc|con"
    "|cây|xe|vụ|xã|phường|thôn|điểm|giờ|phút|giây|ngày|tháng|năm|lần|bộ|quyển|tờ|máy|thuê bao"
    "|đồng|vnđ|vnd|usd|đô la|đô la mỹ|euro|%|‰|phần trăm|tấn|tạ|yến|kg|g|mg|µg|μg|lít|l|ml|km|hm|m"
    "|cm|mm|km2|km²|m2|m²|m3|m³|ha|hecta|héc ta|kwh|mwh|gwh|kw|mw|mva|°c|ºc|độ c|ppm|ppb|db"
    "|persons?|people|households?|tonnes?|tons?|dong|hours?|days?|years?|percent"
)
_UNIT = re.compile(rf"({_MULTIPLES})?({_NAMES})(\s*/\s*({_MULTIPLES})?({_NAMES}))*")
_SAID = re.compile(r"(đơn vị tính|đơn vị|đvt|đv tính|units?)\b\s*:?\s*")
_OPEN = frozenset({"", "-", "–", "x", "*"})
_MOST = 0.5
_NUMBERED = re.compile(r"\((\d{1,2}|[A-H])(\s*=.+)?\)|[A-H]|\d{1,2}(\s*=.+)?")
_LEAST_NUMBERED = 3


def units_of(row: Row, labels: Row, below: Sequence[Row]) -> Row:
    """Return the unit of each column if the row under the labels says them, else nothing."""
    if len(row) != len(labels) or len(row) < 2:
        return ()
    units = tuple(_unit(cell) for cell in row)
    named = [index for index, unit in enumerate(units) if unit]
    rest = [cell for cell, unit in zip(row, units, strict=True) if not unit]
    if not named or not all(_plain(cell) in _OPEN or _is_said(cell) for cell in rest):
        return ()
    # `ha` stands over numbers; as a value of a column of units it stands over words.
    return units if any(_holds_values(below, index) for index in named) else ()


def is_said(row: Row) -> bool:
    """Say whether a line above a table is about its units (`Đơn vị tính: người`)."""
    first = next((cell for cell in row if cell.strip()), "")
    return ":" in first and _SAID.match(_plain(first)) is not None


def is_numbering(row: Row, labels: Row, below: Sequence[Row]) -> bool:
    """Say whether a row gives each column its number: `A B 1 2 3=1+2`, `(1) (2) (3)`.

    Plain numbers alone are data, and so are letters that the rows below have, too.
    """
    cells = [cell.strip() for cell in row]
    if len(row) != len(labels) or len(row) < _LEAST_NUMBERED:
        return False
    if not all(map(_NUMBERED.fullmatch, cells)):
        return False
    bare = [cell.partition("=")[0].strip("() ") for cell in cells]
    letters = [cell for cell in bare if not cell.isdigit()]
    numbers = [str(number) for number in range(1, len(bare) - len(letters) + 1)]
    is_marked = bool(numbers) and (bool(letters) or all(cell.startswith("(") for cell in cells))
    first = [other[0].strip() for other in below if other]
    is_usual = any(map(_NUMBERED.fullmatch, first)) and not first[0].isdigit()
    return is_marked and bare == list("ABCDEFGH"[: len(letters)]) + numbers and not is_usual


def _unit(cell: str) -> str:
    text = " ".join(cell.split())
    bare = re.sub(_SAID.pattern, "", text, count=1, flags=re.IGNORECASE).strip("() ")
    return bare if _UNIT.fullmatch(_plain(bare)) else ""


def _is_said(cell: str) -> bool:
    return _SAID.fullmatch(_plain(cell)) is not None


def _holds_values(rows: Sequence[Row], column: int) -> bool:
    cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
    return bool(cells) and sum(map(is_value, cells)) > len(cells) * _MOST


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).casefold().split())
