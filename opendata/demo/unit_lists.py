"""Administrative units of Viet Nam before and since 1 July 2025, from the data package's files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

LAST_DAY_BEFORE = "2025-06-30"
FIRST_DAY_SINCE = "2025-07-01"

HEADER = (
    "code",
    "name",
    "full_name",
    "unit_type",
    "level",
    "parent_code",
    "parent_name",
    "valid_from",
    "valid_to",
)
# Longest first: "Thị trấn" must not be read as something shorter.
UNIT_TYPES = (
    "Thành phố",
    "Thị trấn",
    "Đặc khu",
    "Phường",
    "Thị xã",
    "Huyện",
    "Quận",
    "Tỉnh",
    "Xã",
)
Row = sqlite3.Row


@dataclass(frozen=True)
class Unit:
    """One unit; `full_name` begins with its type. A row without a code is as the list has it."""

    code: str
    full_name: str
    level: str
    parent_code: str
    parent_name: str
    valid_from: str
    valid_to: str

    @property
    def unit_type(self) -> str:
        return next((kind for kind in UNIT_TYPES if self.full_name.startswith(f"{kind} ")), "")

    @property
    def name(self) -> str:
        short = self.full_name.removeprefix(self.unit_type).strip()
        # "Phường 1" is called that; "1" alone names nothing.
        return self.full_name if short.isdigit() else short

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the published table, in the order of `HEADER`."""
        return (
            self.code,
            self.name,
            self.full_name,
            self.unit_type,
            self.level,
            self.parent_code,
            self.parent_name,
            self.valid_from,
            self.valid_to,
        )


@dataclass(frozen=True)
class Before:
    """The list that ended on 30 June 2025; `districts_without_wards` have a row without a ward."""

    provinces: tuple[Unit, ...]
    districts: tuple[Unit, ...]
    wards: tuple[Unit, ...]
    districts_without_wards: tuple[str, ...]
    recased: int
    mistyped: int


@dataclass(frozen=True)
class Since:
    """The list in force since 1 July 2025: no districts any more."""

    provinces: tuple[Unit, ...]
    wards: tuple[Unit, ...]
    mistyped: int


@dataclass(frozen=True)
class MovedWard:
    """An old ward and one new ward that holds all of it or a part of it (`whole`, `part`)."""

    old_ward_code: str
    old_ward_name: str
    old_district_name: str
    old_province_name: str
    new_ward_code: str
    new_ward_name: str
    new_province_code: str
    new_province_name: str
    extent: str


def read_before(folder: Path) -> Before:
    """Read the list before 1 July 2025, in the order of codes."""
    rows = _rows(folder, "SELECT * FROM admin_units_legacy ORDER BY districtCode, wardCode")
    wards = tuple(_old_ward(row) for row in rows)
    spellings = {row[name] for row in rows for name in ("province", "district", "ward")}
    return Before(
        provinces=_distinct(_old_province(row) for row in rows),
        districts=_distinct(_old_district(row) for row in rows),
        wards=wards,
        districts_without_wards=tuple(unit.parent_name for unit in wards if not unit.code),
        recased=sum(tidy(name) != name for name in spellings if name),
        mistyped=_mistyped(wards, rows),
    )


def read_since(folder: Path) -> Since:
    """Read the list since 1 July 2025, in the order of codes."""
    rows = _rows(folder, "SELECT * FROM admin_units ORDER BY wardCode")
    wards = tuple(_new_ward(row) for row in rows)
    return Since(
        provinces=_distinct(_new_province(row) for row in rows),
        wards=wards,
        mistyped=_mistyped(wards, rows),
    )


def read_moves(folder: Path) -> tuple[MovedWard, ...]:
    """Read which new ward holds each old one, in the order of the old codes."""
    legacy = _rows(folder, "SELECT * FROM admin_units_legacy")
    old = {f"{r['provinceKey']}_{r['districtKey']}_{r['wardKey'] or ''}": r for r in legacy}
    current = _rows(folder, "SELECT * FROM admin_units")
    new = {(row["provinceKey"], row["wardKey"]): row for row in current}
    moves = [
        _moved(old[old_key], new[new_key], extent) for old_key, new_key, extent in _pairs(folder)
    ]
    return tuple(
        sorted(moves, key=lambda m: (m.old_ward_code, m.old_district_name, m.new_ward_code))
    )


def tidy(name: str) -> str:
    """Return a unit's name with its type in the official case: "Thị Xã" is "Thị xã"."""
    for kind in UNIT_TYPES:
        if name.lower().startswith(f"{kind.lower()} "):
            return kind + name[len(kind) :]
    return name


def _pairs(folder: Path) -> Iterator[tuple[str, tuple[str, str], str]]:
    document = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    for province, wards in document["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, old_keys in wards.items():
            for old_key in old_keys:
                yield old_key, (province, ward), "whole"
    for province, divided in document["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, parts in divided.items():
            for part in parts:
                yield old_key, (province, part["newWardKey"]), "part"


def _moved(old: Row, new: Row, extent: str) -> MovedWard:
    return MovedWard(
        old_ward_code=old["wardCode"] or "",
        old_ward_name=tidy(old["ward"] or ""),
        old_district_name=tidy(old["district"]),
        old_province_name=tidy(old["province"]),
        new_ward_code=new["wardCode"],
        new_ward_name=tidy(new["ward"]),
        new_province_code=new["provinceCode"],
        new_province_name=tidy(new["province"]),
        extent=extent,
    )


def _old_province(row: Row) -> Unit:
    name = tidy(row["province"])
    return Unit(row["provinceCode"], name, "province", "", "", "", LAST_DAY_BEFORE)


def _old_district(row: Row) -> Unit:
    name, parent = tidy(row["district"]), tidy(row["province"])
    code, parent_code = row["districtCode"], row["provinceCode"]
    return Unit(code, name, "district", parent_code, parent, "", LAST_DAY_BEFORE)


def _old_ward(row: Row) -> Unit:
    code, name = row["wardCode"] or "", tidy(row["ward"] or "")
    parent_code, parent = row["districtCode"], tidy(row["district"])
    return Unit(code, name, "ward", parent_code, parent, "", LAST_DAY_BEFORE)


def _new_province(row: Row) -> Unit:
    name = tidy(row["province"])
    return Unit(row["provinceCode"], name, "province", "", "", FIRST_DAY_SINCE, "")


def _new_ward(row: Row) -> Unit:
    code, name = row["wardCode"], tidy(row["ward"])
    parent_code, parent = row["provinceCode"], tidy(row["province"])
    return Unit(code, name, "ward", parent_code, parent, FIRST_DAY_SINCE, "")


def _mistyped(wards: Iterable[Unit], rows: Iterable[Row]) -> int:
    pairs = zip(wards, rows, strict=True)
    return sum(unit.code != "" and unit.unit_type != row["wardType"] for unit, row in pairs)


def _distinct(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple(sorted(dict.fromkeys(units), key=lambda unit: unit.code))


def _rows(folder: Path, query: str) -> list[Row]:
    address = f"{(folder / 'dataset.db').as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query).fetchall()
