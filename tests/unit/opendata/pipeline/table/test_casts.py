from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.pipeline.table import times
from opendata.pipeline.table.casts import KINDS, ZONED, arrow_type, cast


@pytest.mark.parametrize(
    ("kind", "form", "text", "value"),
    [
        ("integer", "default", "007", 7),
        ("integer", "default", " +5 ", 5),
        ("number", "default", ".5", 0.5),
        ("number", "default", "-1e3", -1000.0),
        ("boolean", "default", "Có", True),
        ("boolean", "default", "FALSE", False),
        ("year", "default", "2021", 2021),
        ("date", "default", "2024-02-29", date(2024, 2, 29)),
        ("date", "%d/%m/%Y", "1/2/2021", date(2021, 2, 1)),
        ("datetime", "default", "2021-02-03 04:05", datetime(2021, 2, 3, 4, 5)),
        ("datetime", "default", "2021-02-03", datetime(2021, 2, 3)),
        ("datetime", "%d/%m/%Y %H:%M", "03/02/2021 04:05", datetime(2021, 2, 3, 4, 5)),
        ("datetime", ZONED, "2021-02-03T07:00:00+07:00", datetime(2021, 2, 3, tzinfo=UTC)),
        ("boolean", "default", "yes", True),
        ("boolean", "default", "0", False),
        ("date", "%d-%m-%Y", "01-02-2021", date(2021, 2, 1)),
        ("date", "%Y%m%d", "20210201", date(2021, 2, 1)),
        ("date", "any", "2021-02-01", date(2021, 2, 1)),
        ("date", "any", "1/2/2021", date(2021, 2, 1)),
        ("datetime", "%d/%m/%Y %H:%M:%S", "03/02/2021 04:05:06", datetime(2021, 2, 3, 4, 5, 6)),
        ("datetime", "%Y%m%d%H%M", "202102030405", datetime(2021, 2, 3, 4, 5)),
        (
            "datetime",
            "%H:%M:%S.%f %d/%m/%Y",
            "4:5:6.25 3/2/2021",
            datetime(2021, 2, 3, 4, 5, 6, 250_000),
        ),
        ("time", "default", "04:05", time(4, 5)),
        ("time", "default", "4:05:06.5", time(4, 5, 6, 500_000)),
        ("time", "%Hh%M", "4h05", time(4, 5)),
        ("yearmonth", "default", "2021-02", "2021-02"),
        ("yearmonth", "any", "T2/2021", "2021-02"),
        ("yearmonth", "any", "tha\u0301ng 12 na\u0306m 2021", "2021-12"),
        ("quarter", "default", "2021-Q4", "2021-Q4"),
        ("quarter", "any", "QUÝ IV-2021", "2021-Q4"),
        ("duration", "default", "P1Y2M3DT4H5M6S", "P1Y2M3DT4H5M6S"),
        ("geopoint", "default", "106.69, 10.77", "106.69, 10.77"),
        ("geopoint", "array", "[106.69, 10.77]", "[106.69, 10.77]"),
        ("geopoint", "object", '{"lon": 106.69, "lat": 10}', '{"lon": 106.69, "lat": 10}'),
        ("geojson", "default", '{"type": "Point"}', '{"type": "Point"}'),
        ("geojson", "topojson", '{"type": "Topology"}', '{"type": "Topology"}'),
        ("object", "default", "{}", "{}"),
        ("array", "default", "[1]", "[1]"),
        ("list", "default", "a,b", "a,b"),
        ("any", "default", "a", "a"),
        ("string", "email", "a.b@c.vn", "a.b@c.vn"),
        ("string", "uri", "https://a.vn/x?y=1", "https://a.vn/x?y=1"),
        (
            "string",
            "uuid",
            "0A3B4c5d-0000-1111-2222-333344445555",
            "0A3B4c5d-0000-1111-2222-333344445555",
        ),
        ("string", "binary", "YWI=", "YWI="),
    ],
)
@pytest.mark.parametrize("company", [[], ["no value at all"]])
def test_fitting_text_is_typed_alone_and_in_bad_company(
    kind: str, form: str, text: str, value: Any, company: list[str]
) -> None:
    if kind in ("any", "list"):
        company = []
    values, misfits = cast(pa.array([text, None, *company], pa.string()), kind, form)
    assert values.type == arrow_type(kind, form)
    assert values.to_pylist()[:2] == [value, None]
    assert (misfits is not None) == bool(company)
    if misfits is not None:
        assert misfits.tolist() == [False, False, True]
        assert values.to_pylist()[2] in (None, *company)


@pytest.mark.parametrize(
    ("kind", "form", "text"),
    [
        ("integer", "default", "0x1F"),
        ("integer", "default", "5.0"),
        ("integer", "default", "99999999999999999999"),
        ("number", "default", "nan"),
        ("number", "default", "Infinity"),
        ("number", "default", "1e400"),
        ("number", "default", "1,5"),
        ("boolean", "default", "2"),
        ("year", "default", "21"),
        ("date", "default", "2023-02-29"),
        ("date", "default", "2023-2-9"),
        ("date", "%d/%m/%Y", "31/04/2021"),
        ("date", "%d/%m/%Y", "04/31/2021"),
        ("date", "default", "0000-01-01"),
        ("datetime", "default", "2021-02-03T04:05:06Z"),
        ("datetime", ZONED, "2021-02-03T04:05:06"),
        ("datetime", "default", "2021-02-03T24:00:00"),
        ("date", "%Y%m%d", "2021111"),
        ("date", "any", "13/13/2021"),
        ("time", "default", "24:00"),
        ("time", "default", "10"),
        ("yearmonth", "default", "2021-13"),
        ("yearmonth", "any", "13/2021"),
        ("yearmonth", "any", "1/1500"),
        ("quarter", "default", "2021-Q5"),
        ("quarter", "any", "quý V/2021"),
        ("quarter", "any", "7/2021"),
    ],
)
def test_text_that_does_not_fit_is_told(kind: str, form: str, text: str) -> None:
    values, misfits = cast(pa.array([text, None], pa.string()), kind, form)
    assert values.to_pylist() == [None, None]
    assert misfits is not None
    assert misfits.tolist() == [True, False]


@pytest.mark.parametrize(
    ("kind", "form", "text"),
    [
        ("duration", "default", "P"),
        ("duration", "default", "P1YT"),
        ("geopoint", "default", "10.77, 106.69"),
        ("geopoint", "array", "[106.69]"),
        ("geopoint", "array", "[true, 1]"),
        ("geopoint", "object", '{"lon": 1}'),
        ("geojson", "default", '{"type": "Dot"}'),
        ("object", "default", "[]"),
        ("array", "default", "{}"),
        ("array", "default", "[" * 100_000),
        ("string", "email", "a@b"),
        ("string", "uri", "a.vn"),
        ("string", "uuid", "0"),
        ("string", "binary", "abc"),
    ],
)
def test_text_that_is_checked_is_kept(kind: str, form: str, text: str) -> None:
    values, misfits = cast(pa.array([text, None], pa.string()), kind, form)
    assert values.to_pylist() == [text, None]
    assert misfits is not None
    assert misfits.tolist() == [True, False]


@pytest.mark.parametrize(
    ("kind", "options", "text", "value"),
    [
        ("number", {"decimalChar": ",", "groupChar": "."}, "-1.234.567,5", -1234567.5),
        ("number", {"decimalChar": ",", "groupChar": "."}, "1234,5", 1234.5),
        ("number", {"decimalChar": ",", "groupChar": "."}, "1.23,5", None),
        ("number", {"decimalChar": ",", "groupChar": "."}, "12.5", None),
        ("number", {"decimalChar": ","}, "12.5", None),
        ("number", {"groupChar": ","}, "12,5", None),
        ("number", {"groupChar": " "}, "1\u202f234.5", 1234.5),
        ("number", {"bareNumber": "false"}, "USD -5.5 %", -5.5),
        ("number", {"bareNumber": "false"}, "%", None),
        ("integer", {"groupChar": "."}, "1.234", 1234),
        ("integer", {"groupChar": "."}, "1.234,0", None),
        ("integer", {"bareNumber": "false"}, "12 km", 12),
        ("boolean", {"trueValues": "X|x", "falseValues": "-"}, "x", True),
        ("boolean", {"trueValues": "X", "falseValues": "-"}, "x", None),
        ("boolean", {"trueValues": "X"}, "false", False),
        ("list", {"itemType": "integer", "delimiter": ";"}, "1; 2", "1; 2"),
    ],
)
@pytest.mark.parametrize("company", [[], ["no value at all"]])
def test_options_say_how_values_are_written(
    kind: str, options: dict[str, str], text: str, value: Any, company: list[str]
) -> None:
    cells = pa.array([text, None, *company], pa.string())
    values, misfits = cast(cells, kind, "default", options)
    assert values.to_pylist()[:2] == [value, None]
    assert (misfits is not None) == (bool(company) or value is None)
    if misfits is not None:
        assert misfits.tolist() == [value is None, False, *[True for _ in company]]


def test_one_bad_item_makes_a_list_bad() -> None:
    text = pa.array(["1,2", "3,x,y", None, "4"])
    values, misfits = cast(text, "list", "default", {"itemType": "integer"})
    assert values.equals(text)
    assert misfits is not None
    assert misfits.tolist() == [False, True, False, False]


def test_pattern_that_cannot_be_read_is_known() -> None:
    assert times.faulty_directives("%d/%m/%Y") == []
    assert times.faulty_directives("%d %B %d") == ["%B", "%d"]


def test_slices_are_cast_as_what_they_hold() -> None:
    texts = [None if n % 7 == 0 else f"{n % 28 + 1:02}/02/{2000 + n}" for n in range(100)]
    expected = [t and date(int(t[6:]), int(t[3:5]), int(t[:2])) for t in texts]
    whole = pa.array(texts)
    for start, count in ((0, 100), (3, 50), (14, 1), (99, 1)):
        values, misfits = cast(whole.slice(start, count), "date", "%d/%m/%Y")
        assert misfits is None
        assert values.to_pylist() == expected[start : start + count]


@given(
    st.lists(st.none() | st.text(min_size=1, max_size=12), max_size=5),
    st.sampled_from(KINDS),
    st.sampled_from(["default", "any", "%d/%m/%Y", "%Y%m%d", "email", "array", "object"]),
)
def test_any_text_is_cast_or_told(cells: list[str | None], kind: str, form: str) -> None:
    text = pa.array(cells, pa.string())
    values, misfits = cast(text, kind, form)
    bad = [False] * len(cells) if misfits is None else misfits.tolist()
    assert values.type == arrow_type(kind, form)
    is_text = values.type == pa.string()
    for cell, value, is_bad in zip(cells, values.to_pylist(), bad, strict=True):
        assert not (cell is None and (is_bad or value is not None))
        assert is_text or (value is None) == (is_bad or cell is None)


@pytest.mark.parametrize("kind", KINDS)
def test_empty_columns_fit_any_kind(kind: str) -> None:
    for texts in ([], [None, None]):
        values, misfits = cast(pa.array(texts, pa.string()), kind)
        assert values.to_pylist() == texts
        assert misfits is None


def test_bad_cells_are_found_wherever_they_are_in_a_long_column() -> None:
    texts = [str(number) for number in range(1_000)]
    bad = [0, 255, 256, 700, 999]
    for place in bad:
        texts[place] = "x"
    values, misfits = cast(pa.array(texts), "integer")
    assert misfits is not None
    assert misfits.nonzero()[0].tolist() == bad
    expected = [None if place in bad else place for place in range(1_000)]
    assert values.to_pylist() == expected
