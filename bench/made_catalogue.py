"""A catalogue that nobody ever published: search documents of many themes, places and years.

The same number of documents and seed give the same documents.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from opendata import bundled
from opendata.search import text

SEED = 20261130
_THEMES = {
    "health": "bệnh viện|trạm y tế|nhà thuốc|tiêm chủng|số giường bệnh|nhân lực y tế",
    "land": "bảng giá đất|quy hoạch sử dụng đất|thuê đất|đấu giá quyền sử dụng đất",
    "education": "trường mầm non|trường tiểu học|kết quả thi tốt nghiệp|giáo viên|học phí",
    "business": "đăng ký doanh nghiệp|hợp tác xã|hộ kinh doanh|khu công nghiệp",
    "finance": "ngân sách nhà nước|thu thuế|mua sắm công|đầu tư công|nợ công",
    "environment": "chất lượng không khí|nước thải|chất thải rắn|quan trắc nước mặt",
    "transport": "tuyến xe buýt|bãi đỗ xe|tai nạn giao thông|giấy phép lái xe",
    "agriculture": "sản lượng lúa|diện tích cà phê|đàn lợn|tàu cá|nuôi trồng thủy sản",
    "population": "dân số trung bình|mật độ dân số|khai sinh|kết hôn|hộ nghèo",
}
_FORMS = ("Danh sách", "Thống kê", "Số liệu", "Kết quả", "Báo cáo", "Danh mục", "Tình hình")
_NOTES = (
    "Số liệu tổng hợp theo đơn vị hành chính, cập nhật hằng tháng",
    "Tên, địa chỉ, điện thoại liên hệ và tọa độ của từng cơ sở",
    "Giá trị theo năm và theo khu vực kinh tế, đơn vị triệu đồng",
    "Bộ dữ liệu công bố theo kế hoạch dữ liệu mở của cơ quan",
)
_COLUMNS = (
    *("ma_tinh", "ten_xa", "nam", "so_luong", "gia_tri", "don_vi_tinh", "ghi_chu", "toa_do"),
    *("ma_don_vi", "dia_chi", "ty_le", "dien_tich", "loai", "ngay_cap", "hieu_luc"),
)
_FORMATS = ("csv", "xlsx", "json", "parquet", "pdf")
_LICENCES = ("odl-vn", "cc-by-4.0", "notspecified")

#: What people may ask, in the ways that they type.
QUERIES = (
    *("bệnh viện", "benh vien da nang", "giá đất Bến Tre", "BHXH", "beenhj vieenj"),
    *("tuyến xe buý", "hospitals", "Sở GTVT Thái Nguyên", "chất lượng không khí hà nội"),
    *("dan so", "kết quả thi tốt nghiệp 2024", "thue dat", "sản lượng lúa An Giang"),
    *("danh sách", "số liệu theo năm", "bnh vien", "nhà thương Huế", "column:ma_tinh giá"),
)


def documents(count: int) -> Iterator[dict[str, Any]]:
    """Yield `count` search documents."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable data, no secret
    provinces = [row["name_vi"] for row in bundled.code_list("provinces")]
    agencies = [row["name_vi"] for row in bundled.code_list("agencies")]
    for number in range(count):
        yield _document(chance, number, provinces, agencies)


def _document(
    chance: random.Random, number: int, provinces: list[str], agencies: list[str]
) -> dict[str, Any]:
    theme = chance.choice(list(_THEMES))
    subject = chance.choice(_THEMES[theme].split("|"))
    place, year = chance.choice([*provinces, "Toàn quốc"]), chance.randint(2010, 2026)
    publisher = chance.choice(agencies if place == "Toàn quốc" else [f"Sở {theme} {place}"])
    title = f"{chance.choice(_FORMS)} {subject} {place} năm {year}"
    day = f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T00:00:00+00:00"
    columns = chance.sample(_COLUMNS, 6)
    return {
        "id": f"{number:08}",
        "title": title,
        "title_en": "",
        "notes": f"{chance.choice(_NOTES)}. {chance.choice(_NOTES)}.",
        "keywords": [subject, theme],
        "publisher_name": publisher,
        "publisher": text.folded(publisher).replace(" ", "-"),
        "columns": columns,
        "column": columns,
        "theme": [theme],
        "format": chance.sample(_FORMATS, 2),
        "licence": chance.choice(_LICENCES),
        "frequency": chance.choice(("monthly", "yearly", "quarterly")),
        "area": [place],
        "area_name": [place],
        "period": [str(year)],
        "language": ["vi"],
        "validity": ["valid"],
        "access": ["api"],
        "modified": day,
        "metadata": day,
        "created": day,
        "title_sort": text.sort_key(title),
        "downloads": chance.randint(0, 5_000),
    }
