"""Ministry of Information and Communications (until February 2025): online services, rankings."""

from __future__ import annotations

from datetime import date

from opendata.demo import pdf
from opendata.demo.publication import (
    INDICATOR_SCHEMA,
    Agency,
    File,
    Publication,
    Publisher,
    figures,
)
from opendata.records import Period

AGENCY = Agency(
    "G14",
    "bo-thong-tin-truyen-thong",
    "Bộ Thông tin và Truyền thông",
    "Ministry of Information and Communications",
)

NOTE_TITLE = "Level-4 online public services: note on the definition"
NOTE = (
    "Indicator DVCTT4: share of public services offered online at level 4,",
    "that is, from the request to the payment of fees and the answer.",
    "",
    "2020: 30 percent of all public services.",
    "2021: 45 percent of all public services.",
    "2022: 97 percent of the services that are eligible for level 4.",
    "",
    "Break in the series: the denominator changed in 2022 from all services",
    "to eligible services. The value of 2022 must not be compared with the",
    "values of 2020 and 2021.",
    "",
    "Ghi chu (tieng Viet khong dau): tu nam 2022 ty le chi tinh tren cac dich vu",
    "cong du dieu kien cung cap o muc do 4, vi vay khong so sanh duoc voi",
    "nam 2020 va nam 2021.",
    "",
    "Published by the Ministry of Information and Communications of Viet Nam,",
    "merged into the Ministry of Science and Technology on 1 March 2025.",
)


def publisher() -> Publisher:
    """Return the ministry with its one dataset."""
    return Publisher(AGENCY, (_online_services(),))


def _online_services() -> Publication:
    return Publication(
        id="dich-vu-cong-truc-tuyen-muc-do-4",
        title={
            "vi": "Dịch vụ công trực tuyến mức độ 4 và chuyển đổi số, 2018–2022",
            "en": "Level-4 online public services and digital transformation, 2018–2022",
        },
        description={
            "vi": (
                "Tỷ lệ dịch vụ công trực tuyến mức độ 4: 30% (2020), 45% (2021), 97% dịch vụ đủ "
                "điều kiện (2022). Định nghĩa thay đổi năm 2022 nên chuỗi số bị gián đoạn; xem tệp "
                "ghi chú. Kèm thứ hạng chính phủ điện tử và số cơ quan có chương trình "
                "chuyển đổi số."
            ),
            "en": (
                "Share of public services online at level 4: 30% (2020), 45% (2021), 97% of "
                "eligible services (2022). The definition changed in 2022, which breaks the "
                "series; see the note. With the e-government ranking and the agencies that "
                "had a programme."
            ),
        },
        provenance={
            "vi": (
                "Số liệu do Bộ Thông tin và Truyền thông công bố các năm 2021 và 2022; thứ hạng "
                "EGDI theo Liên hợp quốc (2018, 2020). Từ 01/03/2025 Bộ hợp nhất với Bộ Khoa học "
                "và Công nghệ."
            ),
            "en": (
                "Figures published by the Ministry of Information and Communications in 2021 and "
                "2022; EGDI ranks by the United Nations (2018, 2020). The ministry was merged into "
                "the Ministry of Science and Technology on 1 March 2025."
            ),
        },
        licence="odl-vn",
        frequency="never",
        themes=("technology", "public-services"),
        keywords=("dịch vụ công mức độ 4", "chuyển đổi số", "EGDI", "đô thị thông minh"),
        period=Period(date(2018, 1, 1), date(2022, 12, 31)),
        issued=None,
        modified=None,
        files=(
            File(
                name="dich-vu-cong-muc-do-4.csv",
                title="Chỉ tiêu theo năm (CSV)",
                description="Mỗi dòng là một chỉ tiêu tại một kỳ.",
                format="CSV",
                body=figures("bo-thong-tin-truyen-thong"),
                schema=INDICATOR_SCHEMA,
            ),
            File(
                name="ghi-chu-dinh-nghia.pdf",
                title="Ghi chú về định nghĩa (PDF)",
                description="Định nghĩa của chỉ tiêu DVCTT4 và lý do chuỗi số bị gián đoạn.",
                format="PDF",
                body=pdf.write(NOTE_TITLE, NOTE),
            ),
        ),
    )
