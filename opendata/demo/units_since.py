"""The dataset of administrative units since 1 July 2025."""

from __future__ import annotations

from collections import Counter

from opendata.demo import unit_origin
from opendata.demo.publication import Publication
from opendata.demo.unit_lists import Since
from opendata.records import Period


def publication(since: Since) -> Publication:
    """Return the dataset of the list in force since 1 July 2025."""
    provinces, wards = len(since.provinces), len(since.wards)
    kinds = Counter(unit.unit_type for unit in since.wards)
    return Publication(
        id="don-vi-hanh-chinh-tu-01-07-2025",
        title={
            "vi": "Danh mục đơn vị hành chính Việt Nam từ ngày 01/07/2025 (tỉnh, xã)",
            "en": "Administrative units since 1 July 2025 (provinces, wards)",
        },
        description={
            "vi": (
                f"{provinces} tỉnh và {wards} đơn vị cấp xã ({kinds['Xã']} xã, {kinds['Phường']} "
                f"phường, {kinds['Đặc khu']} đặc khu) theo mô hình hai cấp. Mã hai chữ số của tỉnh "
                "được dùng lại: cùng một mã có thể chỉ tỉnh khác trước ngày 01/07/2025. Không có "
                f"mã trùng; {since.mistyped} dòng có cột loại trái với tên, loại lấy từ tên."
            ),
            "en": (
                f"{provinces} provinces and {wards} wards ({kinds['Xã']} communes, "
                f"{kinds['Phường']} wards, {kinds['Đặc khu']} special zones) of the two-level "
                "system. Two-digit codes were re-used: the same code may mean another province "
                f"before 1 July 2025. No code occurs twice; in {since.mistyped} rows the type "
                "column contradicts the name, and the name is followed."
            ),
        },
        provenance=unit_origin.provenance(),
        licence=unit_origin.LICENCE,
        frequency="irregular",
        themes=("administrative-units",),
        keywords=("mã tỉnh", "mã xã", "34 tỉnh thành", "đặc khu", "chính quyền hai cấp"),
        period=Period(unit_origin.CHANGE, None),
        issued=unit_origin.CHANGE,
        modified=unit_origin.CHANGE,
        landing_page=unit_origin.PROJECT,
        files=(
            unit_origin.unit_file("tinh-tu-01-07-2025.csv", "Cấp tỉnh", since.provinces),
            unit_origin.unit_file("xa-tu-01-07-2025.csv", "Cấp xã", since.wards),
        ),
    )
