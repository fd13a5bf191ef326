"""The documents of the search contract: few, small, each there for one rule."""

from __future__ import annotations

import unicodedata
from typing import Any

from opendata.search import text


def document(identifier: str, title: str, **more: Any) -> dict[str, Any]:
    """Return a search document with every field, most of them plain."""
    return {
        "id": identifier,
        "slug": identifier,
        "title": title,
        "title_en": "",
        "notes": "",
        "notes_en": "",
        "keywords": [],
        "publisher_name": "Bộ Tài chính Ministry of Finance",
        "columns": [],
        "column_words": [],
        "column": [],
        "unit": [],
        "code_list": [],
        "key": [],
        "theme_name": [],
        "area": [],
        "area_name": [],
        "period": [],
        "frequency": "",
        "language": ["vi"],
        "validity": [],
        "access": [],
        "downloads": 0,
        "publisher": "bo-tai-chinh",
        "theme": [],
        "format": ["csv"],
        "licence": "cc-by-4.0",
        "schema": [],
        "modified": "2025-01-01T00:00:00+00:00",
        "metadata": "2025-01-01T00:00:00+00:00",
        "created": "2024-01-01T00:00:00+00:00",
        "title_sort": text.sort_key(title),
        **more,
    }


HOSPITAL = document(
    "hospital",
    "Danh sách bệnh viện tỉnh Đắk Lắk",
    title_en="Hospitals of Dak Lak",
    notes="Tên, địa chỉ và số giường của từng cơ sở",
    keywords=["y tế", "khám chữa bệnh"],
    publisher="so-y-te-dak-lak",
    publisher_name="Sở Y tế Đắk Lắk Department of Health",
    columns=["ma_benh_vien", "so_giuong"],
    column_words=["Số giường bệnh"],
    column=["ma_benh_vien", "so_giuong"],
    unit=["giường"],
    code_list=["provinces"],
    theme_name=["Y tế", "Health"],
    area=["Đắk Lắk"],
    area_name=["Đắk Lắk"],
    period=["2023", "2024"],
    access=["api"],
    validity=["quarantine"],
    downloads=7,
    theme=["health"],
    format=["csv", "xlsx"],
    schema=["hospitals/1.0.0"],
    modified="2025-07-01T08:00:00+07:00",
    created="2025-06-01T00:00:00+00:00",
)
LAND_TAX = document(
    "land-tax",
    "Thuế đất",
    theme=["finance"],
    modified="2025-03-01T00:00:00+00:00",
    metadata="2025-08-01T00:00:00+00:00",
    period=["2024"],
    downloads=20,
)
LAND_LEASE = document("land-lease", "Thuê đất", theme=["finance", "land"], format=["xlsx"])
LAND_PRICE = document(
    "land-price",
    "Bảng giá đất và thuế đất của các huyện trong tỉnh năm 2024",
    theme=["land"],
    licence="odc-by-1.0",
    created="2024-05-01T00:00:00+00:00",
)
TECHNOLOGY = document("technology", "Kỹ thuật thủy lợi Khánh Hòa", notes="Quyết định 47/2020/NĐ-CP")
DECOMPOSED = document("decomposed", unicodedata.normalize("NFD", "Chợ đầu mối"))
CITY = document("city", "Dân số TP.HCM ngày 01/07/2025", theme=["population"])
AREA = document("area", "Áp suất không khí")
WATER = document("water", "ĐƯỜNG ỐNG NƯỚC")

ALL = (
    HOSPITAL,
    LAND_TAX,
    LAND_LEASE,
    LAND_PRICE,
    TECHNOLOGY,
    DECOMPOSED,
    CITY,
    AREA,
    WATER,
)
