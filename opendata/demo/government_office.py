"""Office of the Government: figures of the National Public Service Portal and of reporting."""

from __future__ import annotations

from datetime import date

from opendata.demo.publication import (
    INDICATOR_SCHEMA,
    Agency,
    File,
    Publication,
    Publisher,
    figures,
)
from opendata.records import Period

AGENCY = Agency("G22", "van-phong-chinh-phu", "Văn phòng Chính phủ", "Office of the Government")


def publisher() -> Publisher:
    """Return the office with its one dataset."""
    return Publisher(AGENCY, (_portal(),))


def _portal() -> Publication:
    return Publication(
        id="cong-dich-vu-cong-quoc-gia",
        title={
            "vi": "Cổng Dịch vụ công quốc gia và Hệ thống báo cáo quốc gia: số liệu 2021–2022",
            "en": "National Public Service Portal and national reporting system: figures 2021–2022",
        },
        description={
            "vi": (
                "Số dịch vụ, lượt truy cập, tài khoản, hồ sơ, thanh toán trực tuyến và chi phí "
                "tiết kiệm. Mỗi giá trị mang kỳ số liệu riêng, không cộng các kỳ với nhau. Số liệu "
                "làm tròn như khi công bố; tổng số dịch vụ năm 2021 chỉ được công bố bằng lời "
                "(“khoảng 6.800”) và được giữ nguyên như vậy trong cột giá trị."
            ),
            "en": (
                "Services, visits, accounts, dossiers, online payments and savings. Every value "
                "has its own reference period; do not add periods up. Values are rounded as "
                "published; the total number of services in 2021 was published in words only "
                "(“khoảng 6.800”, about 6,800) and stands like that in the value column."
            ),
        },
        provenance={
            "vi": (
                "Số liệu do Văn phòng Chính phủ công bố, tính đến ngày 08/03/2021, tháng 9/2021 và "
                "ngày 31/03/2022. Các số tiết kiệm chi phí là ước tính."
            ),
            "en": (
                "Figures published by the Office of the Government as of 8 March 2021, September "
                "2021 and 31 March 2022. Savings are estimates."
            ),
        },
        licence="odl-vn",
        frequency="irregular",
        themes=("public-services", "technology"),
        keywords=("dịch vụ công trực tuyến", "thủ tục hành chính", "chính phủ điện tử"),
        period=Period(date(2021, 3, 8), date(2022, 3, 31)),
        issued=date(2021, 3, 8),
        modified=date(2022, 3, 31),
        landing_page="https://dichvucong.gov.vn",
        files=(
            File(
                name="cong-dich-vu-cong-quoc-gia.csv",
                title="Chỉ tiêu theo kỳ (CSV)",
                description="Mỗi dòng là một chỉ tiêu tại một kỳ.",
                format="CSV",
                body=figures("van-phong-chinh-phu"),
                schema=INDICATOR_SCHEMA,
            ),
        ),
    )
