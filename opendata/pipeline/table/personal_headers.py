"""What the header of a column says of its cells, as far as personal data are concerned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opendata.pipeline.table import names
from opendata.pipeline.tables import Column


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_)(?:{'|'.join(words)})(?:_|$)")


# Kinds of `vocabulary.PERSONAL` that a header may name.
_NAMES = {
    "citizen-number": _words(
        "cccd", "can_cuoc", "so_dinh_danh", "so_ddcn", "dinh_danh_ca_nhan", "citizen_id",
        "citizen_number", "national_id", "id_number", "so_giay_to", "giay_to_tuy_than",
    ),
    "old-id-card": _words(
        "cmnd", "cmt", "cmtnd", "so_cm", "chung_minh", "chung_minh_thu", "so_giay_to",
        "giay_to_tuy_than", "id_card", "identity_card", "id_number",
    ),
    "passport": _words("ho_chieu", "passport"),
    "social-insurance": _words(
        "bhxh", "bhyt", "bao_hiem_xa_hoi", "bao_hiem_y_te", "the_bao_hiem", "social_insurance",
    ),
    "bank-card": _words("so_the", "the_ngan_hang", "the_atm", "card_number", "credit_card"),
    "phone": _words(
        "sdt", "so_dt", "dtdd", "dien_thoai", "di_dong", "mobile", "phone", "tel", "telephone",
        "cell",
    ),
}  # fmt: skip
_OF_AN_AGENCY = _words("hotline", "duong_day_nong", "tong_dai", "fax", "switchboard")
_OTHER_CODE = _words(
    "mst", "ma", "ma_so", "ma_so_thue", "msdn", "tax", "tax_code", "code", "so_hieu", "barcode",
    "imei", "serial", "so_seri", "stk", "so_tai_khoan", "account",
)  # fmt: skip
_PERSON = _words(
    "ho_va_ten", "ho_ten", "ho_dem", "ten_nguoi", "ten_hoc_sinh", "ten_sinh_vien",
    "ten_thi_sinh", "ten_benh_nhan", "ten_khai_sinh", "chu_ho", "full_name", "fullname",
    "person_name", "surname", "last_name",
)  # fmt: skip
_BIRTH = _words(
    "ngay_sinh", "ngay_thang_nam_sinh", "ngay_thang_sinh", "sinh_ngay", "birth_date",
    "birthdate", "birthday", "date_of_birth", "dob",
)  # fmt: skip
_HOME = _words(
    "thuong_tru", "tam_tru", "ho_khau", "noi_o", "cho_o", "cu_tru", "dia_chi_nha",
    "home_address",
)  # fmt: skip
_ADDRESS = re.compile(r"^(dia_chi|address)(_\d+)?$")
_ORGANISATION = re.compile(
    r"(^|_)(ten|name)_(of_)?(the_)?(co_so|doanh_nghiep|cong_ty|don_vi|to_chuc|truong|co_quan"
    r"|hop_tac_xa|company|organi[sz]ation|school)(_|$)"
)


class Headers:
    """The headers of one table: which columns speak of what, by their places."""

    def __init__(self, columns: Sequence[Column]) -> None:
        said = [_said(column) for column in columns]
        self._kinds = [frozenset(k for k, words in _NAMES.items() if _any(words, s)) for s in said]
        self._agency = [_any(_OF_AN_AGENCY, s) for s in said]
        self._codes = [
            _any(_OTHER_CODE, s) and not k for s, k in zip(said, self._kinds, strict=True)
        ]
        self.person = _first(_PERSON, said)
        self.birth = _first(_BIRTH, said)
        self.home = _first(_HOME, said)
        if self.home is None and _first(_ORGANISATION, said) is None:
            self.home = _first(_ADDRESS, said)

    def kinds(self, place: int) -> frozenset[str]:
        """Return the kinds of personal data that the header of a column names."""
        return self._kinds[place]

    def denies_phones(self, place: int) -> bool:
        """Say whether numbers in a column are codes, or telephones that are there to be called."""
        return self._agency[place] or self._codes[place]


def _said(column: Column) -> tuple[str, ...]:
    return tuple(
        names.ascii_name(text) for text in (column.header, column.name, column.title) if text
    )


def _any(words: re.Pattern[str], said: Sequence[str]) -> bool:
    return any(words.search(text) for text in said)


def _first(words: re.Pattern[str], said: Sequence[Sequence[str]]) -> int | None:
    return next((place for place, texts in enumerate(said) if _any(words, texts)), None)
