"""Ministry of Finance: e-invoices, and the size of the e-commerce market."""

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

AGENCY = Agency("G12", "bo-tai-chinh", "Bộ Tài chính", "Ministry of Finance")


def publisher() -> Publisher:
    """Return the ministry with its two datasets."""
    return Publisher(AGENCY, (_e_invoices(), _e_commerce()))


def _e_invoices() -> Publication:
    return Publication(
        id="hoa-don-dien-tu",
        title={
            "vi": "Hóa đơn điện tử cơ quan thuế đã tiếp nhận và xử lý",
            "en": "E-invoices received and processed by the tax agencies",
        },
        description={
            "vi": "Số hóa đơn điện tử lũy kế, công bố năm 2022: hơn 77 triệu hóa đơn.",
            "en": "Cumulated number of e-invoices, published in 2022: over 77 million.",
        },
        provenance={
            "vi": "Số liệu do Bộ Tài chính công bố năm 2022, lũy kế đến thời điểm công bố.",
            "en": "Figure published by the Ministry of Finance in 2022, cumulated to that time.",
        },
        licence="odl-vn",
        frequency="irregular",
        themes=("tax", "finance"),
        keywords=("hóa đơn điện tử", "thuế"),
        period=Period(None, date(2022, 12, 31)),
        issued=None,
        modified=None,
        files=(_indicators("hoa-don-dien-tu.csv", "bo-tai-chinh-hoa-don-dien-tu"),),
    )


def _e_commerce() -> Publication:
    return Publication(
        id="thuong-mai-dien-tu",
        title={
            "vi": "Quy mô thị trường thương mại điện tử: năm 2020 và dự báo năm 2025",
            "en": "Size of the e-commerce market: 2020 and forecast for 2025",
        },
        description={
            "vi": "14 tỷ USD năm 2020 và dự báo 52 tỷ USD năm 2025. Cả hai là ước tính.",
            "en": "USD 14 billion in 2020 and a forecast of 52 billion in 2025; both estimated.",
        },
        provenance={
            "vi": (
                "Số ước tính và dự báo được các cơ quan nhà nước dẫn lại năm 2021, không phải số "
                "thống kê chính thức."
            ),
            "en": (
                "Estimate and forecast quoted by state agencies in 2021; not official statistics."
            ),
        },
        licence="odl-vn",
        frequency="never",
        themes=("trade", "technology"),
        keywords=("thương mại điện tử", "kinh tế số", "dự báo"),
        period=Period(date(2020, 1, 1), date(2025, 12, 31)),
        issued=None,
        modified=None,
        files=(_indicators("thuong-mai-dien-tu.csv", "bo-tai-chinh-thuong-mai-dien-tu"),),
    )


def _indicators(name: str, table: str) -> File:
    return File(
        name=name,
        title="Chỉ tiêu theo kỳ (CSV)",
        description="Mỗi dòng là một chỉ tiêu tại một kỳ.",
        format="CSV",
        body=figures(table),
        schema=INDICATOR_SCHEMA,
    )
