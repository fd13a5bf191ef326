"""How the list before 1 July 2025 agrees with a second, independent package of the same list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendata.demo.unit_lists import Before, Unit


@dataclass(frozen=True)
class Agreement:
    """One level of both lists: how many the second has, and the names only one of them knows."""

    count: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """The comparison by code, level by level."""

    provinces: Agreement
    districts: Agreement
    wards: Agreement


def check(before: Before, folder: Path) -> Check:
    """Compare the codes of each level with the files of the second package in `folder`."""
    return Check(
        provinces=_compare(before.provinces, folder / "tinh_tp.json"),
        districts=_compare(before.districts, folder / "quan_huyen.json"),
        wards=_compare(before.wards, folder / "xa_phuong.json"),
    )


def _compare(units: tuple[Unit, ...], path: Path) -> Agreement:
    second: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    first = {unit.code: unit.full_name for unit in units if unit.code}
    names = {code: str(entry["name_with_type"]) for code, entry in second.items()}
    return Agreement(
        count=len(names),
        only_first=tuple(first[code] for code in sorted(first.keys() - names.keys())),
        only_second=tuple(names[code] for code in sorted(names.keys() - first.keys())),
    )
