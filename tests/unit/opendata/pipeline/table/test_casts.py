from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from opendata.pipeline.table.casts import ZONED, arrow_type, cast


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
    ],
)
@pytest.mark.parametrize("company", [[], ["no value at all"]])
def test_fitting_text_is_typed_alone_and_in_bad_company(
    kind: str, form: str, text: str, value: Any, company: list[str]
) -> None:
    values, misfits = cast(pa.array([text, None, *company], pa.string()), kind, form)
    assert values.type == arrow_type(kind, form)
    assert values.to_pylist() == [value, None, *[None for _ in company]]
    assert (misfits is not None) == bool(company)
    if misfits is not None:
        assert misfits.tolist() == [False, False, True]


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
    ],
)
def test_text_that_does_not_fit_is_told(kind: str, form: str, text: str) -> None:
    values, misfits = cast(pa.array([text, None], pa.string()), kind, form)
    assert values.to_pylist() == [None, None]
    assert misfits is not None
    assert misfits.tolist() == [True, False]


@pytest.mark.parametrize("kind", ["integer", "number", "boolean", "date", "datetime", "year"])
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
