"""Ministry of Justice: the electronic civil status database, in the encoding of older offices."""

from __future__ import annotations

import csv
import io
from datetime import date

from opendata.demo import tcvn3
from opendata.demo.publication import (
    INDICATOR_SCHEMA,
    Agency,
    File,
    Publication,
    Publisher,
    figures,
)
from opendata.records import Period

AGENCY = Agency("G15", "bo-tu-phap", "Bộ Tư pháp", "Ministry of Justice")


def publisher() -> Publisher:
    """Return the ministry with its one dataset."""
    return Publisher(AGENCY, (_civil_status(),))


def _civil_status() -> Publication:
    return Publication(
        id="co-so-du-lieu-ho-tich-dien-tu",
        title={
            "vi": "Cơ sở dữ liệu hộ tịch điện tử: số trường hợp đã đăng ký đến hết quý I năm 2022",
            "en": "Electronic civil status database: registrations by the end of the first quarter "
            "of 2022",
        },
        description={
            "vi": (
                "Số khai sinh, trẻ em được cấp số định danh cá nhân, kết hôn và khai tử trong cơ "
                "sở dữ liệu hộ tịch điện tử. Tệp dùng bảng mã TCVN3 (ABC), phân cách bằng dấu "
                "chấm phẩy."
            ),
            "en": (
                "Births, children given a personal identification number, marriages and deaths in "
                "the electronic civil status database. The file is encoded in TCVN3 (ABC) and "
                "separated by semicolons."
            ),
        },
        provenance={
            "vi": "Số liệu do Bộ Tư pháp công bố, lũy kế tính đến hết quý I năm 2022 (31/03/2022).",
            "en": "Figures published by the Ministry of Justice, cumulated to 31 March 2022.",
        },
        licence="odl-vn",
        frequency="irregular",
        themes=("civil-status", "justice"),
        keywords=("hộ tịch", "khai sinh", "kết hôn", "khai tử", "số định danh cá nhân"),
        period=Period(None, date(2022, 3, 31)),
        issued=None,
        modified=date(2022, 3, 31),
        files=(
            File(
                name="ho-tich-dien-tu.csv",
                title="Số liệu hộ tịch điện tử (CSV, TCVN3)",
                description="Mỗi dòng là một chỉ tiêu; bảng mã TCVN3 (ABC).",
                format="CSV",
                body=_legacy(figures("bo-tu-phap")),
                schema=INDICATOR_SCHEMA,
            ),
        ),
    )


def _legacy(table: bytes) -> bytes:
    """Return the table as an office of that time would save it: semicolons, CRLF, TCVN3."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows(csv.reader(io.StringIO(table.decode(), newline="")))
    return tcvn3.encode(text.getvalue())
