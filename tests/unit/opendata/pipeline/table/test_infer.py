from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata import query
from opendata.pipeline.readers.base import TextBatch
from opendata.pipeline.table import plan
from opendata.pipeline.table.casts import arrow_type, cast
from opendata.pipeline.table.decision import Decision
from opendata.pipeline.table.infer import infer
from opendata.pipeline.tables import TableShape
from opendata.vocabulary import DECISIONS, ROLES


def decided(label: str, *batches: Sequence[str | None]) -> Decision:
    """Return what is learned of one column whose values come in batches; empty is null."""
    arrays = [pa.array([cell or None for cell in cells], pa.string()) for cells in batches]
    found = [TextBatch((a,), np.arange(1, len(a) + 1), len(a)) for a in arrays]
    (decision,) = infer(TableShape("", "", (label,), Path("unread")), found)
    assert decision.why in DECISIONS
    assert not decision.role or decision.role in ROLES
    return decision


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("so", ["1", "", "-2"], "integer"),
        ("so", ["1", "2.5"], "number"),
        ("so", ["2.5", "1"], "number"),
        ("so", ["1", "x"], "string"),
        ("so", ["1,5", "2,5"], "number"),
        ("tinh", ["01", "10"], "string"),
        ("tinh", ["10", "01"], "string"),
        ("he_so", ["0.5", "0"], "number"),
        ("so_the", ["1234567890123456", "1"], "string"),
        ("goi", ["+84901234567", "+84901234568"], "string"),
        ("Mã số thuế", ["101", "102"], "string"),
        ("Điện thoại", ["901234567"], "string"),
        ("zip code", ["10000"], "string"),
        ("dân số", ["587.100", "12.345"], "string"),
        ("dân số", ["587.100", "0"], "string"),
        ("điểm", ["6.157", "12.3"], "number"),
        ("điểm", ["6.157", "0.250"], "number"),
        ("điểm", ["6.157", "1500"], "number"),
        ("điểm", ["1500", "6.157"], "number"),
        ("la", ["true", "FALSE"], "boolean"),
        ("la", ["Có", "không"], "boolean"),
        ("ngay", ["2021-02-28", ""], "date"),
        ("ngay", ["28/02/2021", "1/3/2021"], "date"),
        ("ngay", ["2021-02-28", "2021-02-30"], "string"),
        ("ngay", ["2021-02-28", "28/02/2021"], "string"),
        ("luc", ["2021-02-28T10:00:00", "2021-02-28"], "datetime"),
        ("luc", ["2021-02-28", "2021-02-28 10:00"], "datetime"),
        ("luc", ["2021-02-28T10:00:00Z", "2021-02-28T10:00:00+07:00"], "datetime"),
        ("luc", ["2021-02-28T10:00:00Z", "2021-02-28T10:00:00"], "string"),
        ("trong", ["", ""], "string"),
        ("la", ["nan", "1"], "string"),
    ],
)
def test_type_is_learned_from_every_value(build, header: str, cells: list[str], kind: str) -> None:
    built = build(f"{header};ghi_chu\n" + "".join(f'"{cell}";x\n' for cell in cells))
    assert built.types[header] == kind
    assert built.table.rows_accepted == len(cells)
    assert built.table.schema == "learned"


@pytest.mark.parametrize(
    ("cells", "kind", "options", "why"),
    [
        (["1.234,56", "12"], "number", {"decimalChar": ",", "groupChar": "."}, "thousands"),
        (["1,234.56", "12"], "number", {"groupChar": ","}, "thousands"),
        (["1 234,5", "0"], "number", {"decimalChar": ",", "groupChar": " "}, "thousands"),
        (["1\u00a0234", "12\u202f345\u00a0678"], "integer", {"groupChar": " "}, "thousands"),
        (["587.100", "1.234.567"], "integer", {"groupChar": "."}, "thousands"),
        (["587.100", "12,5"], "number", {"decimalChar": ",", "groupChar": "."}, "thousands"),
        (["587.100", "0,5"], "number", {"decimalChar": ",", "groupChar": "."}, "thousands"),
        (["1,234", "12.5"], "number", {"groupChar": ","}, "thousands"),
        (["1,234", "12,5"], "number", {"decimalChar": ","}, "decimal-comma"),
        (["587.100", "12.5"], "number", {}, "all-values-fit"),
        (["587.100"], "string", {}, "ambiguous-thousands"),
        (["1,234"], "string", {}, "ambiguous-thousands"),
        (["1,234", "1500"], "string", {}, "ambiguous-thousands"),
        (["1.234", "1,234"], "string", {}, "ambiguous-thousands"),
        (["1.234.567", "1,234,567"], "string", {}, "several-number-formats"),
        (["1.5", "1,5"], "string", {}, "several-number-formats"),
        (["12,5%", "7 %"], "number", {"decimalChar": ",", "bareNumber": "false"}, "percent"),
        (["12%", "3"], "string", {}, "mixed"),
        (["1.5", "007.5"], "string", {}, "leading-zeros"),
        (["5", "+5"], "string", {}, "plus-signs"),
        (["1.5", "1234567890123456"], "string", {}, "long-digits"),
        (["901 234 567", "902 345 678"], "string", {}, "telephone-like"),
        (["abc", "1"], "string", {}, "text"),
        (["", ""], "string", {}, "no-values"),
    ],
)
def test_numbers_are_read_as_all_values_together_prove(
    cells: list[str], kind: str, options: dict[str, str], why: str
) -> None:
    # In one batch, in batches of one value, and the other way round: the same.
    for batches in ([cells], [[cell] for cell in cells], [[cell] for cell in reversed(cells)]):
        found = decided("x", *batches)
        if why not in ("text", "mixed"):
            assert (found.kind, dict(found.options), found.why) == (kind, options, why)
        assert found.kind == kind
    assert decided("x", cells).unit == ("%" if why == "percent" else "")


@pytest.mark.parametrize(
    ("label", "cells", "kind", "form"),
    [
        ("n", ["01-02-2025", "1-2-2025"], "date", "%d-%m-%Y"),
        ("n", ["01.02.2025"], "date", "%d.%m.%Y"),
        ("Ngày", ["20250102"], "date", "%Y%m%d"),
        ("số", ["20250102"], "integer", "default"),
        ("n", ["01/02/2025 10:20", "1/2/2025 9:05"], "datetime", "%d/%m/%Y %H:%M"),
        ("n", ["01/02/2025 10:20:30"], "datetime", "%d/%m/%Y %H:%M:%S"),
        ("n", ["2025-07", "1999-12"], "yearmonth", "default"),
        ("n", ["2025-07", "08/2025"], "yearmonth", "any"),
        ("n", ["Tháng 7/2025", "T8/2025", "tháng 9 năm 2025"], "yearmonth", "any"),
        ("số hiệu", ["7/2025"], "string", "default"),
        ("n", ["2025-Q3"], "quarter", "default"),
        ("n", ["quý III/2025", "Quý 3 năm 2025", "Q3/2025", "2025-Q4"], "quarter", "any"),
        ("n", ["III/2025"], "string", "default"),
        ("Năm", ["1999", "2025"], "year", "default"),
        ("Năm", ["1999", "25"], "integer", "default"),
        ("n", ["1999", "2025"], "integer", "default"),
        ("n", ["7:30", "23:59:59"], "time", "default"),
        ("n", ["7:30", "24:00"], "string", "default"),
    ],
)
def test_dates_and_periods_are_learned(label: str, cells: list[str], kind: str, form: str) -> None:
    found = decided(label, cells)
    assert (found.kind, found.form) == (kind, form)


@pytest.mark.parametrize(
    ("label", "cells", "role"),
    [
        ("Vĩ độ", ["10.770", "21.025"], "latitude"),
        ("Kinh độ", ["106,69", "105,8"], "longitude"),
        ("lat", ["1077000"], ""),
        ("Tọa độ", ["10.77, 106.69"], "geopoint"),
        ("Mã tỉnh", ["01"], "area-code"),
        ("Tỉnh", ["01"], "area-code"),
        ("Tên tỉnh", ["Huế"], "area-name"),
        ("liên hệ", ["0912 345 678", "+84 24 3825 3825"], "phone"),
        ("Mã số thuế", ["0312345678"], "identifier"),
        ("liên hệ", ["a@b.vn"], "email"),
        ("nguồn", ["https://a.vn/x"], "url"),
        ("Quý", ["Q1/2025"], "period"),
        ("Giá trị", ["1.5"], "value"),
        ("Giá trị", ["cao"], ""),
        ("Đơn vị tính", ["người"], "unit"),
        ("Họ và tên", ["An"], "person-name"),
        ("ghi chú", ["abc"], ""),
    ],
)
def test_meaning_is_found_by_name_and_values(label: str, cells: list[str], role: str) -> None:
    assert decided(label, cells).role == role


def test_rare_placeholders_are_no_values(build) -> None:
    cells = [str(number) for number in range(1_000)] + ["-", " n/a", "-"]
    found = decided("x", cells)
    assert (found.kind, found.why, found.placeholders) == ("integer", "placeholders", 3)
    assert found.missing == ("-", " n/a")
    built = build("x;y\n" + "".join(f"{cell};a\n" for cell in cells))
    assert built.rows["x"][-3:] == [None, None, None]
    assert built.table.rows_accepted == len(cells)
    assert built.table.columns[0].placeholders == 3


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([*map(str, range(198)), "-"], "placeholders-not-rare"),
        ([*map(str, range(1_000)), *["-"] * 6], "placeholders-not-rare"),
        ([*map(str, range(1_000)), "nhiều"], "one-value-does-not-fit"),
        ([*map(str, range(1_000)), "nhiều", "ít"], "mixed"),
        ([*map(str, range(1_000)), *["nhiều"] * 100], "mixed"),
        (["-"] * 1_000, "text"),
    ],
)
def test_what_does_not_fit_makes_the_column_text(cells: list[str], why: str) -> None:
    found = decided("x", cells[:500], cells[500:])
    assert (found.kind, found.why, found.missing) == ("string", why, ())


def test_one_late_value_makes_the_column_text(build) -> None:
    rows = "".join(f"{n},{n}\n" for n in range(200_000))
    built = build(f"a,b\n{rows}nhiều,1\n")
    assert built.types == {"a": "string", "b": "integer"}
    assert built.rows["a"][-1] == "nhiều"


def test_what_was_decided_is_kept_with_the_column_and_in_parquet(build) -> None:
    built = build("Tỷ lệ;Quý;Giờ;Mã xã\n12,5%;quý III/2025;7:30;00001\n7%;Q4/2025;;00004\n")
    assert built.rows == {
        "Tỷ lệ": [12.5, 7.0],
        "Quý": ["2025-Q3", "2025-Q4"],
        "Giờ": [time(7, 30), None],
        "Mã xã": ["00001", "00004"],
    }
    columns = built.table.columns
    assert [column.type for column in columns] == ["number", "quarter", "time", "string"]
    assert [c.why for c in columns] == ["percent", *["all-values-fit"] * 2, "leading-zeros"]
    fields = pq.read_schema(built.table.parquet)
    assert fields.field("Tỷ lệ").metadata == {
        b"header": "Tỷ lệ".encode(),
        b"alias": b"ty_le",
        b"unit": b"%",
    }
    assert fields.field("Mã xã").metadata[b"role"] == b"area-code"


def test_units_of_the_file_go_before_those_of_the_values() -> None:
    shape = TableShape("", "", ("a", "b"), Path("unread"), units=("", "phần trăm"))
    planned = plan.learned(shape, [Decision("number", unit="%"), Decision("number", unit="%")])
    assert [column.column.unit for column in planned.columns] == ["%", "phần trăm"]


def test_what_the_file_declares_stands() -> None:
    text = pa.array(["01", "2"])
    batch = TextBatch((text, text, text), np.arange(1, 3), 2)
    kinds = (("integer", "default"), ("", ""), ("date", "%d/%m/%Y"))
    shape = TableShape("", "", ("a", "Mã tỉnh", "c"), Path("unread"), kinds=kinds)
    first, second, third = infer(shape, [batch])
    assert (first.kind, first.why) == ("integer", "declared-by-file")
    assert (second.kind, second.why, second.role) == ("string", "leading-zeros", "area-code")
    assert (third.kind, third.form) == ("date", "%d/%m/%Y")


def test_file_that_declares_all_is_not_read() -> None:
    shape = TableShape("", "", ("a",), Path("unread"), kinds=(("integer", "default"),))
    assert infer(shape, iter(pytest.fail, None))[0].kind == "integer"


def _vietnamese(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


DAYS = st.dates(min_value=date(1, 1, 1))
MINUTES = st.datetimes(min_value=datetime(1, 1, 1)).map(
    lambda t: t.replace(second=0, microsecond=0)
)
MONTHS = st.tuples(st.integers(1900, 2100), st.integers(1, 12))
QUARTERS = st.tuples(st.integers(1900, 2100), st.integers(1, 4))
CENTS = st.integers(-(10**12), 10**12).map(lambda cents: cents / 100)
ROMAN = ("", "I", "II", "III", "IV")

WRITTEN: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], str], str, Callable[..., Any]]] = {
    "integer": (st.integers(-(10**15) + 1, 10**15 - 1), str, "integer", lambda v: v),
    "comma": (CENTS, _vietnamese, "number", lambda v: v),
    "point": (CENTS, lambda v: f"{v:,.2f}", "number", lambda v: v),
    "spaces": (CENTS, lambda v: f"{v:,.2f}".replace(",", " "), "number", lambda v: v),
    "percent": (CENTS, lambda v: f"{_vietnamese(v)} %", "number", lambda v: v),
    "plain": (CENTS, lambda v: f"{v:.2f}", "number", lambda v: v),
    "day first": (DAYS, lambda v: f"{v.day:02}/{v.month:02}/{v.year:04}", "date", lambda v: v),
    "short day": (DAYS, lambda v: f"{v.day}.{v.month}.{v.year:04}", "date", lambda v: v),
    "iso": (DAYS, date.isoformat, "date", lambda v: v),
    "moment": (
        MINUTES,
        lambda v: f"{v.day}/{v.month}/{v.year:04} {v.hour}:{v.minute:02}",
        "datetime",
        lambda v: v,
    ),
    "time": (st.times().map(lambda t: t.replace(microsecond=0)), str, "time", lambda v: v),
    "month": (
        MONTHS,
        lambda v: f"Tháng {v[1]}/{v[0]}",
        "yearmonth",
        lambda v: f"{v[0]}-{v[1]:02}",
    ),
    "quarter": (
        QUARTERS,
        lambda v: f"Quý {ROMAN[v[1]]} năm {v[0]}",
        "quarter",
        lambda v: f"{v[0]}-Q{v[1]}",
    ),
    "boolean": (st.booleans(), lambda v: "Có" if v else "Không", "boolean", lambda v: v),
}


@pytest.mark.parametrize("way", list(WRITTEN))
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_written_is_read_stored_and_exported(way: str, data: st.DataObject) -> None:
    strategy, write, kind, stored = WRITTEN[way]
    values = data.draw(st.lists(st.none() | strategy, min_size=1, max_size=20))
    cells = [None if value is None else write(value) for value in values]
    found = decided("x", cells)
    if not any(cells):
        return
    assert found.kind == kind
    column, misfits = cast(pa.array(cells, pa.string()), found.kind, found.form, found.options)
    assert misfits is None
    expected = [None if value is None else stored(value) for value in values]
    assert column.to_pylist() == expected
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        pq.write_table(pa.table({"a": column, "b": [1] * len(column)}), path)
        assert pq.read_table(path).column("a").to_pylist() == expected
        exported = [row["a"] for row in json.loads(b"".join(query.iter_json(path)))]
        lines = b"".join(query.iter_csv(path)).decode().splitlines()[1:]
    assert exported == [_shown(value) for value in expected]
    text = pa.array([line.rsplit(",", 1)[0].strip('"') or None for line in lines], pa.string())
    again, misfits = cast(text, found.kind)
    assert misfits is None
    assert again.to_pylist() == expected


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime | time) else value


CELLS = st.one_of(
    st.text(max_size=12),
    st.text("0123456789.,+-eE %/:TZ\u00a0", max_size=12),
    st.sampled_from(
        ["", "-", "x", "1.234", "1,234", "12,5", "0", "2025-07", "Q1/2025", "Có", "nan"]
    ),
    st.from_regex(r"\A[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\Z"),
)


@given(
    st.lists(st.lists(CELLS, max_size=8), max_size=3),
    st.sampled_from(["x", "Mã", "Năm", "Ngày", "Vĩ độ", "Tỉnh", "Điện thoại", ""]),
)
def test_any_text_is_learned_without_losing_a_value(batches: list[list[str]], label: str) -> None:
    batches = [[cell.replace("\0", "") for cell in cells] for cells in batches]
    found = decided(label, *batches)
    for cells in batches:
        text = pa.array([cell or None for cell in cells], pa.string())
        values, misfits = cast(text, found.kind, found.form, found.options)
        assert misfits is None
        assert values.type == arrow_type(found.kind, found.form)
        assert values.null_count == text.null_count
