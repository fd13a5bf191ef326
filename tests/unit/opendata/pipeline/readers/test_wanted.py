"""What comes typed from the parser is what the casts make of the text, cell by cell."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.config import Tables
from opendata.pipeline.readers.base import TableSource
from opendata.pipeline.readers.csv import pieces, read_csv
from opendata.pipeline.readers.wanted import Wanted
from opendata.pipeline.table.casts import ZONED, arrow_type, cast
from opendata.pipeline.tables import TableShape

KINDS = [
    ("integer", "default"),
    ("number", "default"),
    ("date", "default"),
    ("datetime", "default"),
    ("datetime", ZONED),
]
LIKELY = st.sampled_from(
    ["", "1", "-1", "+5", " 7 ", "007", "0x1F", "0X1f", "1e5", "1.", ".5", "1e999", "nan", "-inf"]
    + ["Infinity", "NaN", "1,5", "1_0", "9223372036854775807", "9223372036854775808", "--1", "-"]
    + ["2024-02-29", "2023-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "2024-2-9", "20240101"]
    + ["2024-01-01T10:00", "2024-01-01 10:00:59.123456", "2024-01-01T10:00:00Z", " 2024-01-01"]
    + ["2024-01-01 10:00:00+07:00", "2024-01-01T24:00", "true", "đ", "\u00a05", "1 2", "1e-999"]
)
CELLS = st.one_of(LIKELY, st.text("0123456789-+.:eExXT Znaif", max_size=12), st.integers().map(str))


def source(content: str, width: int, folder: str) -> TableSource:
    path = Path(folder) / "file.csv"
    path.write_text(content, encoding="utf-8", newline="")
    header = tuple(f"c{number}" for number in range(width))
    return TableSource(TableShape("", "", header, path, delimiter=","), Tables(), "here")


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(KINDS), st.lists(CELLS, min_size=1, max_size=6), st.booleans())
def test_typed_columns_are_what_the_casts_make_of_their_text(
    kind: tuple[str, str], cells: list[str], quoted: bool
) -> None:
    mark = '"' if quoted else ""
    content = "".join(f"{mark}{cell}{mark},x\n" if cell != "," else ",x\n" for cell in cells)
    with tempfile.TemporaryDirectory() as folder:
        of = source(content, 2, folder)
        plain, typed = next(read_csv(of)), next(pieces(of, Wanted({0: arrow_type(*kind)})))()
    column = typed.columns[0]
    if pa.types.is_string(column.type):
        assert column.equals(plain.columns[0])
    else:
        values, misfits = cast(plain.columns[0], *kind)
        assert misfits is None
        assert column.equals(values)
    places = np.arange(len(plain.rows))
    assert typed.cells(places) == plain.cells(places)
    assert (typed.rows.tolist(), typed.count) == (plain.rows.tolist(), plain.count)


@pytest.mark.parametrize(
    "content",
    [
        '1,a\n2,b,ragged\n\n3,"c\nd"\n4,e',
        "1,a\r\n2,b,ragged\r\n3,c\r\n4,e\r\n",
        '1,a\r2,b\r3,"\n"\r4,e\n',
        "1,a\n2,b,ragged\n3,c\n4,e",
    ],
)
def test_text_of_rows_is_found_again(content: str, tmp_path: Path) -> None:
    of = source(content, 2, str(tmp_path))
    plain, typed = next(read_csv(of)), next(pieces(of, Wanted({0: pa.int64()})))()
    assert pa.types.is_integer(typed.columns[0].type)
    for places in (np.array([0, 2]), np.array([1]), np.arange(3), np.array([], np.intp)):
        assert typed.cells(places) == plain.cells(places)


def test_column_that_failed_once_comes_as_text_from_then_on(tmp_path: Path) -> None:
    wanted = Wanted({0: pa.int64(), 1: pa.float64()})
    batch = next(pieces(source("x,1\n2,3\n", 2, str(tmp_path)), wanted))()
    assert [column.type for column in batch.columns] == [pa.string(), pa.float64()]
    assert wanted.types(b"") == {1: pa.float64()}
