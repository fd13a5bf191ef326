from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.readers.base import TableSource, TextBatch
from opendata.pipeline.readers.blocks import blocks
from opendata.pipeline.readers.csv import read_csv
from opendata.pipeline.tables import TableShape

CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1f\ufdd0"), max_size=8
)
ROWS = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=20)
)


def source(path: Path, width: int, *, delimiter: str = ",", **limits: int) -> TableSource:
    header = tuple(f"c{number}" for number in range(width))
    table = TableShape("", "", header, path, skip_rows=1, encoding="utf-8", delimiter=delimiter)
    return TableSource(table, Tables(**limits), "here")


def read(path: Path, width: int, **rest: object) -> TextBatch:
    (batch,) = read_csv(source(path, width, **rest))  # type: ignore[arg-type]
    return batch


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ROWS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_written_cells_come_back_as_the_same_text(
    rows: list[list[str]], delimiter: str, line_end: str
) -> None:
    text = io.StringIO(newline="")
    # Python before 3.13 writes a bare carriage return without quotes.
    has_return = any("\r" in cell for row in rows for cell in row)
    quoting = csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([["h"] * len(rows[0]), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        batch = read(path, len(rows[0]), delimiter=delimiter)
    found = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    written = {n: tuple(cell or None for cell in row) for n, row in enumerate(rows, 1)}
    filled = {n: row for n, row in written.items() if any(row)}
    assert found == list(filled.values())
    assert (batch.rows.tolist(), batch.count) == (list(filled), len(rows))


def test_any_block_size_gives_the_same_records(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('h,h\n1,"a\nb"\n2,"c ""d"" e"\n3,5" pipe\n4,"x,\r\ny"\n5,end', encoding="utf-8")
    whole = b"".join(blocks(source(path, 2)))
    for size in range(1, 40):
        assert b"".join(blocks(source(path, 2), size=size)) == whole


def test_ragged_rows_are_set_aside_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("h,h\n1,a\n2\n\n3,b\n4,c,d\n5,e\n")
    batch = read(path, 2)
    assert batch.count == 5
    assert batch.rows.tolist() == [1, 3, 5]
    assert [(row.row, row.code, row.cells) for row in batch.broken] == [
        (2, "row-width", ("2",)),
        (4, "row-width", ("4", "c", "d")),
    ]


def test_row_with_a_nul_is_set_aside_as_undecodable(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"h,h\n1,a\n2,b\0c\n3,d\n")
    batch = read(path, 2)
    assert batch.rows.tolist() == [1, 3]
    assert [(row.row, row.code, row.column, row.value) for row in batch.broken] == [
        (2, "undecodable", 1, "b\ufffdc")
    ]


def test_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b'\xef\xbb\xbf"h\n1",h\n1,a\n')
    assert [column.to_pylist() for column in read(path, 2).columns] == [["1"], ["a"]]


def test_quote_that_is_never_closed_fails(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('h,h\n1,a\n2,"b\n3,c\n')
    with pytest.raises(SourceFailure) as failure:
        list(read_csv(source(path, 2)))
    assert failure.value.reason == "unclosed-quote"


def test_line_over_the_limit_fails(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("h,h\n1,a\n2," + "b" * 200 + "\n")
    with pytest.raises(SourceFailure) as failure:
        list(read_csv(source(path, 2, max_line_bytes=100)))
    assert failure.value.reason == "line-too-long"


def test_row_numbers_run_on_over_blocks(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("h,h\n" + "".join(f"{n},{'x' * 90}\n" for n in range(60_000)))
    batches = list(read_csv(source(path, 2)))
    assert len(batches) > 1
    assert sum(batch.count for batch in batches) == 60_000
    assert batches[1].columns[0][0].as_py() == str(batches[0].count)
