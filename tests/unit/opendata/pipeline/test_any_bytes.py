"""Whatever bytes come, a file ends as tables or as a reason; and what is written is read."""

from __future__ import annotations

import csv
import io
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.detect import shape_of
from opendata.pipeline.shape import legacy
from opendata.pipeline.tables import BuiltTable
from opendata.pipeline.tabulate import build_tables
from tests.unit.opendata.pipeline.shape.test_encodings import as_bytes

HEADER = ["Mã", "Tên đơn vị", "Ghi chú"]
PLACE = st.sampled_from(["Huế", "Đồng Tháp", "Cần Thơ", "Lạng Sơn", "Vĩnh Long", "Ỷ La"])
MARK = st.sampled_from(["", ",", ";", "|", '"', "\n", '", "', " ;"])
CELL = st.builds(lambda a, mark, b: a + mark + b, PLACE, MARK, PLACE)
ROWS = st.lists(st.tuples(PLACE, CELL, st.one_of(st.just(""), CELL)), min_size=3, max_size=12)
FRAGMENTS = st.sampled_from(
    ['"', '""', ",", ";", "\t", "\n", "\r\n", "\r", "\0", "a", "1", "Huế", "#", " ", "Nguồn: x"]
    + ["Tổng cộng", "người", "sep=;", "\ufeff", "\ud7ff", "e\u0301", "(1)", "2024", "-"]
)
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def tables_of(content: bytes, folder: Path) -> tuple[BuiltTable, ...]:
    path = folder / "file"
    path.write_bytes(content)
    shape = shape_of(path, "", folder=folder, limits=Tables(), where="here")
    return build_tables(shape, schema=None, folder=folder, limits=Tables(), where="here")


def end_of(content: bytes) -> tuple[BuiltTable, ...]:
    """Return what became tables; nothing where the file is refused."""
    with tempfile.TemporaryDirectory() as folder, suppress(SourceFailure):
        return tables_of(content, Path(folder))
    return ()


def end_well(content: bytes) -> None:
    for table in end_of(content):
        assert table.rows_accepted + table.rows_quarantined == table.rows_read


@QUICK
@given(st.binary(min_size=1, max_size=300))
def test_random_bytes_end_as_tables_or_as_a_reason(content: bytes) -> None:
    end_well(content)


@QUICK
@given(
    st.lists(FRAGMENTS, min_size=1, max_size=60).map("".join),
    st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp1252"]),
    st.binary(max_size=4),
)
def test_broken_text_ends_as_tables_or_as_a_reason(text: str, name: str, tail: bytes) -> None:
    end_well(text.encode(name, errors="replace") + tail)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "name",
    ["utf-8", "utf-8-sig", "nfd", "utf-16", "utf-16-le", "utf-16-be", *legacy.VIETNAMESE],
)
@settings(parent=QUICK, max_examples=4)
@given(rows=ROWS)
def test_what_is_written_is_read(name: str, delimiter: str, rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([HEADER, *rows])
    with tempfile.TemporaryDirectory() as folder:
        (table,) = tables_of(encoded(text.getvalue(), name), Path(folder))
        read = pq.read_table(table.parquet).to_pydict()
    assert list(read) == HEADER
    found = [tuple(cell or "" for cell in row) for row in zip(*read.values(), strict=True)]
    assert found == rows


def encoded(text: str, name: str) -> bytes:
    if name in legacy.VIETNAMESE:
        return as_bytes(text, legacy.VIETNAMESE[name])
    if name == "nfd":
        return unicodedata.normalize("NFD", text).encode()
    return text.encode(name)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'a,b\n1,"x\n2,y\n', "unclosed-quote"),
        (b'a,b\n"' + b"x,\n" * 200_000, "unclosed-quote"),
        (b"a,b\n" + b"x" * (11 << 20) + b",1\n", "line-too-long"),
        (b"x" * (11 << 20), "line-too-long"),
        ("景點,中文\n地址,電話\n".encode("big5"), "unknown-encoding"),
    ],
)
def test_each_refusal_has_its_reason(content: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceFailure) as failure:
        tables_of(content, tmp_path)
    assert failure.value.reason == reason


@pytest.mark.parametrize(
    ("content", "names", "rows"),
    [
        ("ten\nHuế\n\nSơn La\n", ["ten"], 2),
        ("1;2,5\n2;3,5\n3;4,5\n", ["column_1", "column_2"], 3),
        ("a;a;;b\n1;2;3;x\n4;5;6;y\n", ["a", "a_2", "column_3", "b"], 2),
        ("# nguồn\n# ngày\nid;ten\n1;Huế\n2;Vinh\n", ["id", "ten"], 2),
        ("sep=;\nid;ten\n1;Huế\n2;Vinh\n", ["id", "ten"], 2),
        ("id;ten\n1;" + "x" * 200_000 + "\n2;Vinh\n", ["id", "ten"], 2),
    ],
)
def test_odd_files_are_tables(build, content: str, names: list[str], rows: int) -> None:
    built = build(content)
    assert [column.name for column in built.table.columns] == names
    assert (built.table.rows_read, built.table.rows_quarantined) == (rows, 0)


def test_delimiter_is_that_of_the_whole_file_and_not_of_its_head(build) -> None:
    head = "".join(f"Mục {n}, phần {n}, trang {n}\n" for n in range(320))
    body = "".join(f"{n};Xã {n};{n}\n" for n in range(60_000))
    built = build(f"{head}{body}")
    assert built.shape.tables[0].delimiter == ";"
