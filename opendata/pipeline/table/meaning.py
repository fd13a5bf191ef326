"""What the values of a column mean beyond their kind, by its name and its first values.

Names are ASCII aliases, so that one list serves `Vĩ độ`, `vi_do` and `VI DO`.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table.casts import cast
from opendata.pipeline.table.decision import Decision
from opendata.pipeline.table.typed import trimmed

_CODE = re.compile(
    r"(^|_)(ma|ma_so|code|id_number|mst|cmnd|cccd|sdt|dt|dien_thoai|phone|telephone|tel|fax"
    r"|mobile|di_dong|hotline"
    r"|zip|postcode|postal_code|so_tai_khoan|so_hieu|so_ky_hieu)(_|$)"
)
_YEAR = re.compile(r"(^|_)(nam|year)(_|$)")
_DAY = re.compile(r"(^|_)(ngay|date|day|dob)(_|$)")
_AREA = (
    r"(tinh|tinh_thanh|tinh_tp|tp|thanh_pho|tinh_thanh_pho|huyen|quan|quan_huyen|xa|phuong"
    r"|phuong_xa|xa_phuong|px|qh|dvhc|don_vi_hanh_chinh|dia_phuong|dia_ban|khu_vuc|vung"
    r"|province|district|ward|commune|city|area|region|ref_area|geo)"
)
# By the name alone, the first that fits.
_BY_NAME = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("area-code", rf"^(ma|ma_so|code)_{_AREA}(_|$)|^{_AREA}_(code|id|ma)$|^ref_area$"),
        ("area-name", rf"^(ten_)?{_AREA}(_name)?$"),
        ("email", r"(^|_)(e_mail|email|mail|thu_dien_tu)(_|$)"),
        ("phone", r"(^|_)(sdt|dien_thoai|phone|telephone|tel|mobile|hotline|di_dong|fax)(_|$)"),
        ("url", r"(^|_)(url|website|web|link|lien_ket|trang_web|duong_dan)(_|$)"),
        ("birth-date", r"(^|_)(ngay_sinh|nam_sinh|ngay_thang_nam_sinh|dob|birth_?date|birth)(_|$)"),
        ("person-name", r"^(ho_ten|ho_va_ten|ho_dem|person_name|ten_nguoi_.*|chu_ho)$"),
        ("address", r"(^|_)(dia_chi|address)(_|$)"),
        ("period", r"^(ky|ky_bao_cao|thoi_ky|period|time_period|thang|quy|nam|year|nam_hoc)$"),
        ("unit", r"^(don_vi|don_vi_tinh|dvt|unit|unit_measure)$"),
        ("indicator", r"^(ma_|ten_)?(chi_tieu)$|^indicator(_code|_name)?$"),
        ("value", r"^(gia_tri|so_lieu|value|obs_value)$"),
        ("identifier", rf"^(id|uuid|stt)$|_id$|{_CODE.pattern}"),
    )
)
_LATITUDE = re.compile(r"(^|_)(lat|latitude|vi_do)(_|$)")
_LONGITUDE = re.compile(r"(^|_)(lon|lng|long|longitude|kinh_do)(_|$)")
_DEGREES = (("latitude", _LATITUDE, 90), ("longitude", _LONGITUDE, 180))
# By what the first values look like, whatever the name.
_BY_VALUES = {
    "email": r"\A[^@\s]+@[^@\s]+\.[^@\s.]+\z",
    "url": r"\A(https?|ftp)://\S+\z",
    "phone": r"\A(\+84|0)[ .-]?(2([ .-]?[0-9]){9}|[35789]([ .-]?[0-9]){8})\z",
    "geopoint": r"\A\(?-?[0-9]{1,2}\.[0-9]+\s*[,;]\s*-?[0-9]{1,3}\.[0-9]+\)?\z",
}
# What only columns of some kinds can mean, whatever their name.
_ONLY = {"value": ("integer", "number"), "phone": ("string",), "email": ("string",)}
_OF_PERIODS = ("year", "yearmonth", "quarter")
_YEARS = (1900, 2100)


def is_code(name: str) -> bool:
    """Say whether a name says that digits are a code, not an amount."""
    return _CODE.search(name) is not None


def is_day(name: str) -> bool:
    """Say whether a name says that the values are days."""
    return _DAY.search(name) is not None


def is_degrees(name: str) -> bool:
    """Say whether a name says latitude or longitude."""
    return any(pattern.search(name) for _, pattern, _ in _DEGREES)


def is_year(name: str, low: float, high: float) -> bool:
    """Say whether whole numbers from `low` to `high` under this name are years."""
    return _YEAR.search(name) is not None and _YEARS[0] <= low and high <= _YEARS[1]


def with_role(decision: Decision, name: str, few: pa.StringArray | None) -> Decision:
    """Return the decision with the role of the column, if it has one."""
    return replace(decision, role=_role(decision, name, few))


def _role(decision: Decision, name: str, few: pa.StringArray | None) -> str:
    if decision.kind in ("integer", "number"):
        for role, pattern, limit in _DEGREES:
            if pattern.search(name) and _are_within(decision, few, limit):
                return role
    named = next((role for role, pattern in _BY_NAME if pattern.search(name)), "")
    seen = _by_values(few) if decision.kind == "string" and few is not None else ""
    # Ten digits behind a zero are tax codes as well: the name says which.
    if seen and not (seen == "phone" and named):
        return seen
    if named == "area-name" and decision.why in ("leading-zeros", "code-name"):
        return "area-code"
    if decision.kind not in _ONLY.get(named, (decision.kind,)):
        return ""
    return named or ("period" if decision.kind in _OF_PERIODS else "")


def _are_within(decision: Decision, few: pa.StringArray | None, limit: int) -> bool:
    if few is None:
        return True
    values, _ = cast(few, decision.kind, decision.form, decision.options)
    return bool(pc.all(pc.less_equal(pc.abs(values), limit)).as_py())


def _by_values(few: pa.StringArray) -> str:
    texts = trimmed(few)
    for role, pattern in _BY_VALUES.items():
        if pc.all(pc.match_substring_regex(texts, pattern)).as_py():
            return role
    return ""
