"""The dataset of administrative units before 1 July 2025."""

from __future__ import annotations

from opendata.demo import unit_origin
from opendata.demo.publication import Publication
from opendata.demo.unit_check import Check
from opendata.demo.unit_lists import Before
from opendata.records import Period, Text


def publication(before: Before, check: Check) -> Publication:
    """Return the dataset of the list that ended on 30 June 2025; its text says what was found."""
    return Publication(
        id="don-vi-hanh-chinh-truoc-01-07-2025",
        title={
            "vi": "Danh mục đơn vị hành chính Việt Nam trước ngày 01/07/2025 (tỉnh, huyện, xã)",
            "en": "Administrative units before 1 July 2025 (provinces, districts, wards)",
        },
        description=_description(before, check),
        provenance=unit_origin.provenance(),
        licence=unit_origin.LICENCE,
        frequency="never",
        themes=("administrative-units",),
        keywords=("mã tỉnh", "mã huyện", "mã xã", "63 tỉnh thành", "đơn vị hành chính"),
        period=Period(None, unit_origin.LAST_DAY),
        issued=unit_origin.LAST_DAY,
        modified=unit_origin.LAST_DAY,
        landing_page=unit_origin.PROJECT,
        files=(
            unit_origin.unit_file("tinh-truoc-01-07-2025.csv", "Cấp tỉnh", before.provinces),
            unit_origin.unit_file("huyen-truoc-01-07-2025.csv", "Cấp huyện", before.districts),
            unit_origin.unit_file("xa-truoc-01-07-2025.csv", "Cấp xã", before.wards),
        ),
    )


def _description(before: Before, check: Check) -> Text:
    wards = sum(unit.code != "" for unit in before.wards)
    alone, islands = before.districts_without_wards, ", ".join(before.districts_without_wards)
    gone, new = check.districts.only_second, check.districts.only_first
    return {
        "vi": (
            f"{len(before.provinces)} tỉnh, {len(before.districts)} huyện và {wards} xã ngay trước "
            "khi cấp huyện kết thúc ngày 01/07/2025. Cột valid_to là ngày cuối của danh mục; ngày "
            f"bắt đầu không có trong nguồn. Tệp cấp xã có thêm {len(alone)} dòng không có mã, đúng "
            f"như nguồn: các huyện không có đơn vị cấp xã ({islands}). Đối chiếu với danh mục thứ "
            f"hai: {check.provinces.count} tỉnh, cùng mã; {check.districts.count} huyện, trong đó "
            f"{len(gone)} mã đã hết hiệu lực trước ngày đó ({', '.join(gone)}) và thiếu "
            f"{len(new)} đơn vị mới lập ({', '.join(new)}); {check.wards.count} xã, trong đó "
            f"{len(check.wards.only_second)} đã sáp nhập trước đó và thiếu "
            f"{len(check.wards.only_first)}. Vì vậy lấy danh mục {len(before.districts)} huyện. "
            f"Không có mã trùng. Đã sửa chữ hoa của loại đơn vị trong {before.recased} tên (“Thị "
            f"Xã” thành “Thị xã”); loại đơn vị lấy từ tên, vì {before.mistyped} dòng "
            "có cột loại trái với tên."
        ),
        "en": (
            f"{len(before.provinces)} provinces, {len(before.districts)} districts and {wards} "
            "wards right before the district level ended on 1 July 2025. valid_to is the last day "
            f"of the list; the source has no first day. The ward file has {len(alone)} more rows "
            f"without a code, as in the source: districts that have no wards ({islands}). Checked "
            f"against a second list: {check.provinces.count} provinces with the same codes; "
            f"{check.districts.count} districts, of which {len(gone)} had ended before that day "
            f"({', '.join(gone)}), while {len(new)} new ones are missing ({', '.join(new)}); "
            f"{check.wards.count} wards, of which {len(check.wards.only_second)} had been merged "
            f"and {len(check.wards.only_first)} are missing. So the list of "
            f"{len(before.districts)} districts is taken. No code occurs twice. The case of the "
            f"unit type was mended in {before.recased} names (“Thị Xã” to “Thị xã”); the type is "
            f"read from the name, since {before.mistyped} rows have a type column "
            "that contradicts it."
        ),
    }
