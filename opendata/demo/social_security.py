"""Viet Nam Social Security: health insurance coverage, in a workbook of two sheets."""

from __future__ import annotations

from datetime import date

from opendata.demo import xlsx
from opendata.demo.publication import Agency, File, Publication, Publisher
from opendata.records import Period

AGENCY = Agency("G24", "bao-hiem-xa-hoi", "Bảo hiểm Xã hội Việt Nam", "Viet Nam Social Security")

COVERAGE = xlsx.Sheet(
    "Bảo hiểm y tế",
    (
        ("CƠ SỞ DỮ LIỆU HỘ GIA ĐÌNH THAM GIA BẢO HIỂM Y TẾ, SỐ LIỆU CÔNG BỐ THÁNG 3 NĂM 2021",),
        ("Mã chỉ tiêu", "Tên chỉ tiêu", "Mã vùng", "Kỳ", "Giá trị", "Đơn vị tính", "Ghi chú"),
        (
            "BHYT01",
            "Số hộ gia đình trong cơ sở dữ liệu hộ gia đình",
            "VN",
            "2021-03",
            24_000_000,
            "hộ",
            "làm tròn đến triệu",
        ),
        (
            "BHYT02",
            "Số người tham gia bảo hiểm y tế",
            "VN",
            "2021-03",
            90_000_000,
            "người",
            "công bố là trên 90 triệu người",
        ),
    ),
)
DICTIONARY = xlsx.Sheet(
    "Danh mục chỉ tiêu",
    (
        ("Mã chỉ tiêu", "Nội dung", "Nội dung tiếng Anh"),
        (
            "BHYT01",
            "Số hộ gia đình có trong cơ sở dữ liệu do cơ quan bảo hiểm xã hội quản lý.",
            "Families held in the database that the social security agency keeps.",
        ),
        (
            "BHYT02",
            "Số người được bảo hiểm y tế chi trả theo cơ sở dữ liệu này.",
            "People covered by health insurance according to that database.",
        ),
    ),
)


def publisher() -> Publisher:
    """Return the agency with its one dataset."""
    return Publisher(AGENCY, (_coverage(),))


def _coverage() -> Publication:
    return Publication(
        id="bao-hiem-y-te-ho-gia-dinh",
        title={
            "vi": "Cơ sở dữ liệu bảo hiểm: số hộ gia đình và số người tham gia bảo hiểm y tế",
            "en": "Insurance database: families held and people covered by health insurance",
        },
        description={
            "vi": "Hai chỉ tiêu và danh mục giải thích, trong một bảng tính có hai trang.",
            "en": "Two indicators and their explanation, in one workbook with two sheets.",
        },
        provenance={
            "vi": "Số liệu do Bảo hiểm Xã hội Việt Nam công bố, tính đến tháng 3 năm 2021.",
            "en": "Figures published by Viet Nam Social Security as of March 2021.",
        },
        licence="odl-vn",
        frequency="irregular",
        themes=("insurance", "health"),
        keywords=("bảo hiểm y tế", "hộ gia đình", "độ bao phủ"),
        period=Period(date(2021, 3, 1), date(2021, 3, 31)),
        issued=None,
        modified=None,
        files=(
            File(
                name="bao-hiem-y-te.xlsx",
                title="Bảo hiểm y tế (XLSX)",
                description="Trang 1: số liệu; trang 2: danh mục chỉ tiêu.",
                format="XLSX",
                body=xlsx.write((COVERAGE, DICTIONARY)),
            ),
        ),
    )
