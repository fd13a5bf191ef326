from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from opendata.pipeline.readers import tail
from opendata.pipeline.readers.base import BrokenRow, Piece, TextBatch

COUNTS = (3, 1, 2)
BROKEN = 2  # of the last batch


def batches() -> Iterator[TextBatch]:
    first = 0
    for count in COUNTS:
        numbers = np.arange(1, count + 1)
        broken: tuple[BrokenRow, ...] = ()
        if count == COUNTS[-1]:
            numbers, broken = numbers[:-1], (BrokenRow(BROKEN, "row-width", ("x",)),)
        values = pa.array([str(first + number) for number in numbers])
        yield TextBatch(columns=(values,), rows=numbers, count=count, broken=broken)
        first += count


def pieces() -> Iterator[Piece]:
    return iter([lambda b=batch: b for batch in batches()])


@pytest.mark.parametrize("skip", range(8))
def test_so_many_rows_are_left_out_at_the_end(skip: int) -> None:
    kept = [piece() for piece in tail.without_last(pieces(), skip)]
    assert sum(batch.count for batch in kept) == max(0, sum(COUNTS) - skip)
    texts = [text for batch in kept for text in batch.columns[0].to_pylist()]
    assert texts == [str(number) for number in range(1, 6)][: max(0, 6 - skip)]
    assert sum(len(batch.broken) for batch in kept) == (0 if skip else 1)


def test_only_the_end_is_parsed_here() -> None:
    parsed: list[int] = []

    def piece(number: int) -> Piece:
        (batch,) = [b for n, b in enumerate(batches()) if n == number]
        return lambda: (parsed.append(number), batch)[1]

    kept = list(tail.without_last(iter([piece(0), piece(1), piece(2)]), 1))
    assert (len(kept), parsed) == (3, [2])


def test_rows_below_the_data_are_not_of_the_table(build) -> None:
    rows = "".join(f"{n};Xã {n};{n * 10}\n" for n in range(1, 30_000))
    built = build(f"STT;Xã;Dân số\n{rows};Tổng cộng;4499850000\n\nNguồn: niên giám, tập 2\n")
    assert built.table.rows_read == built.table.rows_accepted == 29_999
    assert [row.kind for row in built.shape.tables[0].apart] == ["total", "note"]
    assert built.types["STT"] == "integer"


def test_footer_without_data_is_no_table(build) -> None:
    assert build("STT;Xã;Dân số\nNguồn: niên giám\n").shape.reason == "no-rows"


def test_recorded_total_and_notes_stand_apart(build, shared_inputs: Path) -> None:
    built = build(shared_inputs / "inputs/vietnam/bieu1_dan_so_tieu_de_tong_cong.csv")
    assert [(row.kind, row.cells[0]) for row in built.shape.tables[0].apart] == [
        ("note", "Đơn vị tính: người"),
        ("total", "Tổng số"),
        ("note", "Ghi chú: số liệu tổng hợp từ danh sách xã"),
    ]
    assert built.rows["Tỉnh, thành phố"][-1] == "Đồng Tháp"
