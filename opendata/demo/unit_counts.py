"""The dataset that counts administrative units by province."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from opendata.demo import unit_origin
from opendata.demo.publication import INDICATOR_SCHEMA, File, Publication, write_csv
from opendata.demo.unit_lists import Before, Since, Unit
from opendata.records import Period

INDICATOR_HEADER = (
    "indicator_code",
    "indicator_name",
    "area_code",
    "period",
    "value",
    "unit",
    "status",
    "note",
)


def publication(before: Before, since: Since) -> Publication:
    """Return the counts of districts and wards by province, from both lists."""
    rows = [
        *_per_province("DVHC01", "Số đơn vị hành chính cấp huyện", before.districts, "huyện"),
        *_per_province("DVHC02", "Số đơn vị hành chính cấp xã", _old_wards(before), "xã"),
        *_per_province("DVHC02", "Số đơn vị hành chính cấp xã", since.wards, "xã"),
    ]
    return Publication(
        id="so-don-vi-hanh-chinh-theo-tinh",
        title={
            "vi": "Số đơn vị hành chính cấp huyện và cấp xã theo tỉnh, trước và từ ngày 01/07/2025",
            "en": "Number of districts and wards by province, before and since 1 July 2025",
        },
        description={
            "vi": (
                "Đếm từ hai danh mục đơn vị hành chính. Mã vùng của kỳ 2025-06-30 theo 63 tỉnh, "
                "của kỳ 2025-07-01 theo 34 tỉnh: mã được dùng lại nên phải đọc cùng với kỳ."
            ),
            "en": (
                "Counted from the two lists of units. Area codes of period 2025-06-30 are those of "
                "63 provinces, of 2025-07-01 those of 34: codes were re-used, so read them with "
                "the period."
            ),
        },
        provenance=unit_origin.provenance(),
        licence=unit_origin.LICENCE,
        frequency="irregular",
        themes=("administrative-units", "statistics"),
        keywords=("số huyện", "số xã", "theo tỉnh"),
        period=Period(unit_origin.LAST_DAY, unit_origin.CHANGE),
        issued=unit_origin.CHANGE,
        modified=unit_origin.CHANGE,
        landing_page=unit_origin.PROJECT,
        files=(
            File(
                name="so-don-vi-hanh-chinh-theo-tinh.csv",
                title="Số đơn vị theo tỉnh (CSV)",
                description="Mỗi dòng là số đơn vị một cấp của một tỉnh tại một ngày.",
                format="CSV",
                body=write_csv(INDICATOR_HEADER, rows),
                schema=INDICATOR_SCHEMA,
            ),
        ),
    )


def _old_wards(before: Before) -> list[Unit]:
    """The old wards below their province instead of their district."""
    province = {unit.code: unit.parent_code for unit in before.districts}
    names = {unit.code: unit.full_name for unit in before.provinces}
    coded = [unit for unit in before.wards if unit.code]
    owners = [province[unit.parent_code] for unit in coded]
    return [
        Unit(u.code, u.full_name, u.level, owner, names[owner], u.valid_from, u.valid_to)
        for u, owner in zip(coded, owners, strict=True)
    ]


def _per_province(
    code: str, name: str, units: Iterable[Unit], unit_name: str
) -> list[tuple[str, ...]]:
    counts = Counter((u.parent_code, u.parent_name, u.valid_to or u.valid_from) for u in units)
    return [
        (code, name, area, period, str(count), unit_name, "final", province)
        for (area, province, period), count in sorted(counts.items())
    ]
