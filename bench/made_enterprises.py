"""A register of enterprises that nobody ever wrote: 12 columns, clean or with known bad cells.

The same rows and seed always give the same bytes, piece by piece, so that any number of rows fits
in memory.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema

SEED = 20261123
PIECE = 250_000  # rows
ISO, DAY_FIRST = "%Y-%m-%d", "%d/%m/%Y"

FORMS = ("Công ty TNHH", "Công ty Cổ phần", "Hợp tác xã", "Doanh nghiệp tư nhân", "Chi nhánh")
TRADES = ("Thương mại", "Xây dựng", "Vận tải", "Dược phẩm", "Thủy sản", "Cơ khí", "Bất động sản")
_SPOKEN = (
    "An Bình Cường Dũng Đại Đông Đức Gia Hà Hải Hằng Hiếu Hòa Hoàng Hồng Hùng Hương Khánh "
    "Kiên Lâm Lan Linh Long Lợi Mai Minh Mỹ Nam Nghĩa Ngọc Nhân Nhật Phát Phong Phú Phúc "
    "Phương Quang Quốc Quý Sơn Tài Tâm Tân Thái Thành Thắng Thảo Thiên Thịnh Thu Thủy Tiến "
    "Toàn Trường Tuấn Tùng Vân Việt Vinh Xuân Yến "
)
WORDS = tuple(_SPOKEN.split())
PROVINCES = tuple(f"{number:02}" for number in range(1, 97, 2))
WARDS = tuple(
    f"{kind} {a} {b}" for kind in ("Phường", "Xã") for a in WORDS[:20] for b in WORDS[20:40]
)
STATES = ("Đang hoạt động", "Tạm ngừng kinh doanh", "Đang giải thể", "Đã giải thể", "Bỏ địa chỉ")
HOSTS = ("gmail.com", "yahoo.com.vn", "vnn.vn", "fpt.vn", "congty.com.vn")
PREFIXES = ("090", "091", "098", "086", "024", "028", "0236")

Random = np.random.Generator
Columns = dict[str, pa.Array]


@dataclass
class Truth:
    """The bad cells that were put in: (row from 1, column, code, value)."""

    cells: set[tuple[int, str, str, str]] = field(default_factory=set)


def schema(form: str = ISO) -> TableSchema:
    """Return the rules that the register is held against."""
    return table_schemas.parse(document(form), Path("enterprises/bench"))


def document(form: str = ISO) -> dict[str, object]:
    """Return the rules as a Table Schema: types, required, enum, patterns, ranges, a unique key."""
    date = {"format": form} if form != ISO else {}
    return {
        "fields": [
            _field("ma_doanh_nghiep", required=True, unique=True, pattern="[0-9]{10}"),
            _field("ten_doanh_nghiep", required=True, maxLength=200),
            _field("ma_tinh", required=True, pattern="[0-9]{2}"),
            _field("phuong_xa"),
            {**_field("ngay_dang_ky", "date", required=True), **date},
            _field("von_dieu_le", "integer", required=True, minimum=0, maximum=10**12),
            _field("trang_thai", required=True, enum=list(STATES)),
            _field("email", pattern=r"[a-z0-9._-]+@[a-z0-9-]+(\.[a-z0-9-]+)+"),
            _field("vi_do", "number", minimum=8, maximum=24),
            _field("kinh_do", "number", minimum=102, maximum=110),
            _field("dien_thoai", pattern="0[0-9]{8,10}"),
            _field("so_lao_dong", "integer", minimum=0),
        ]
    }


def write(path: Path, rows: int, *, form: str = ISO, bad: float = 0.0) -> Truth:
    """Write `rows` rows, of which the share `bad` has one bad cell each; return those cells."""
    truth = Truth()
    options = pa_csv.WriteOptions(quoting_style="needed")  # quotes every text
    with path.open("wb") as file:
        writer: pa_csv.CSVWriter | None = None
        for start, columns in _pieces(rows, form):
            if bad:
                _spoil(columns, start, bad, truth)
            table = pa.table(columns)
            writer = writer or pa_csv.CSVWriter(file, table.schema, write_options=options)
            writer.write_table(table)
        if writer:
            writer.close()
    return truth


def _field(name: str, kind: str = "string", **rules: object) -> dict[str, object]:
    return {"name": name, "type": kind, "constraints": rules}


def _pieces(rows: int, form: str) -> Iterator[tuple[int, Columns]]:
    for start in range(0, rows, PIECE):
        chance = np.random.default_rng([SEED, start])
        yield start, _columns(chance, start, min(PIECE, rows - start), form)


def _columns(chance: Random, start: int, count: int, form: str) -> Columns:
    first, second, third = (chance.integers(0, len(WORDS), count) for _ in range(3))
    plain = [_plain(word) for word in WORDS]
    days = (10_957 + chance.integers(0, 9_700, count)).astype("datetime64[D]")
    capital = np.minimum(10 ** chance.uniform(7, 12, count), 10**12)
    # A prime modulus makes every code another one.
    codes = (np.arange(start, start + count) * 7_368_787 + 100_109_106) % 4_000_000_007
    mail = _joined(_of(plain, first), _of(plain, second), _digits(chance, count, 3))
    mail = _joined(mail, pa.scalar("@"), _pick(chance, HOSTS, count))
    workers = pa.array(np.exp(chance.normal(2.3, 1.3, count)).astype(np.int64) + 1)
    return {
        "ma_doanh_nghiep": pc.utf8_lpad(pa.array(codes).cast(pa.string()), 10, "0"),
        "ten_doanh_nghiep": _joined(
            _pick(chance, FORMS, count),
            _pick(chance, TRADES, count),
            *(_of(WORDS, words) for words in (first, second, third)),
            between=" ",
        ),
        "ma_tinh": _pick(chance, PROVINCES, count),
        "phuong_xa": _pick(chance, WARDS, count),
        "ngay_dang_ky": pc.strftime(pa.array(days), format=form),
        "von_dieu_le": pa.array((capital // 10**6 * 10**6).astype(np.int64)),
        "trang_thai": _pick(chance, STATES, count),
        "email": _thinned(chance, mail, 0.55),
        "vi_do": pa.array(np.round(chance.uniform(8.4, 23.4, count), 6)),
        "kinh_do": pa.array(np.round(chance.uniform(102.1, 109.5, count), 6)),
        "dien_thoai": _joined(_pick(chance, PREFIXES, count), _digits(chance, count, 7)),
        "so_lao_dong": _thinned(chance, workers, 0.7),
    }


def _spoil(columns: Columns, start: int, share: float, truth: Truth) -> None:
    """Put one bad cell of five sorts in `share` of the rows; the first row stays good."""
    count = len(columns["ma_tinh"])
    chance = np.random.default_rng([SEED, start, 1])
    places = chance.choice(np.arange(1, count), round(count * share), replace=False)
    first_code = columns["ma_doanh_nghiep"][0].as_py()
    for sort, (column, made) in enumerate(_FAULTS.items()):
        mine = np.sort(places[sort::5])
        found = [made(number, first_code) for number in range(len(mine))]
        texts = columns[column].cast(pa.string())
        mask = np.zeros(count, bool)
        mask[mine] = True
        values = pa.array([value or None for _, value in found], pa.string())
        columns[column] = pc.replace_with_mask(texts, pa.array(mask), values)
        rows = (start + 1 + mine).tolist()
        truth.cells |= {
            (row, column, code, value) for row, (code, value) in zip(rows, found, strict=True)
        }


_BAD_DATES = ("2021-13-45", "31/02/2020", "N/A", "20201", "2023-02-30")
_BAD_STATES = ("dang hoat dong", "Đang hoạt  động")
_BAD_CAPITAL = (("minimum", "-5000000"), ("maximum", "9000000000000"))
# By column: (how many are made so far, the first code of the piece) -> (code, value).
_FAULTS: dict[str, Callable[[int, str], tuple[str, str]]] = {
    "ngay_dang_ky": lambda number, _: ("type", _BAD_DATES[number % 5]),
    "trang_thai": lambda number, _: ("enum", _BAD_STATES[number % 2]),
    "ten_doanh_nghiep": lambda _, __: ("required", ""),
    "ma_doanh_nghiep": lambda _, code: ("unique", code),
    "von_dieu_le": lambda number, _: _BAD_CAPITAL[number % 2],
}


def _pick(chance: Random, words: tuple[str, ...], count: int) -> pa.Array:
    return _of(words, chance.integers(0, len(words), count))


def _of(words: tuple[str, ...] | list[str], places: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(words).take(pa.array(places))


def _joined(*parts: pa.Array | pa.Scalar, between: str = "") -> pa.Array:
    return pc.binary_join_element_wise(*parts, between)


def _digits(chance: Random, count: int, width: int) -> pa.Array:
    numbers = pa.array(chance.integers(0, 10**width, count)).cast(pa.string())
    return pc.utf8_lpad(numbers, width, "0")


def _thinned(chance: Random, values: pa.Array, share: float) -> pa.Array:
    return pc.if_else(pa.array(chance.random(len(values)) < share), values, None)


def _plain(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
