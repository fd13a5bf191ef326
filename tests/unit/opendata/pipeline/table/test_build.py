from __future__ import annotations

import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.readers.base import TableSource, TextBatch
from opendata.pipeline.table.build import Files, build_table
from opendata.pipeline.table.checks import Checked
from opendata.pipeline.table.expected import Expected
from opendata.pipeline.table.parquet import ROW_GROUP
from opendata.pipeline.tables import TableShape
from tests.unit.opendata.pipeline.conftest import schema_of

ID = {"name": "id", "type": "integer"}


def field(name: str, kind: str = "string", **rules: Any) -> dict[str, Any]:
    form = rules.pop("format", "default")
    return {"name": name, "type": kind, "format": form, "constraints": rules}


@pytest.mark.parametrize(
    ("rule", "good", "bad", "code"),
    [
        (field("x", "integer"), "5", "5.5", "type"),
        (field("x", required=True), "a", "", "required"),
        (field("x", enum=["a", "b"]), "b", "c", "enum"),
        (field("x", "number", enum=["5", "6"]), "5.0", "7", "enum"),
        (field("x", pattern="[0-9]{2}|[0-9]{5}"), "00001", "123", "pattern"),
        (field("x", pattern="a|b"), "a", "ab", "pattern"),
        (field("x", pattern="[0-9]{3}"), "001", "01", "pattern"),
        (field("x", pattern="[0-9]{3}"), "999", "9a9", "pattern"),
        (field("x", pattern="[0-9]{3}"), "123", "12đ", "pattern"),
        (field("x", "integer", minimum=3), "3", "2", "minimum"),
        (field("x", "number", maximum=3.5), "3.5", "3.6", "maximum"),
        (field("x", "date", minimum="2021-01-01"), "2021-01-01", "2020-12-31", "minimum"),
        (
            field("x", "date", format="%d/%m/%Y", maximum="2021-01-31"),
            "31/01/2021",
            "01/02/2021",
            "maximum",
        ),
        (field("x", minLength=2), "đđ", "đ", "min-length"),
        (field("x", maxLength=2), "đđ", "đđđ", "max-length"),
        (field("x", unique=True), "a", "a", "unique"),
    ],
)
def test_row_that_breaks_a_rule_is_quarantined_whole(
    build, rule: dict[str, Any], good: str, bad: str, code: str
) -> None:
    built = build(f"id,x\n1,{good}\n2,{bad}\n", fields=[ID, rule])
    assert built.rows["id"] == [1]
    assert built.quarantined == [(2, "x", code, bad)]
    assert (built.table.rows_read, built.table.rows_quarantined) == (2, 1)
    raw = pq.read_table(built.table.quarantine).column("raw").to_pylist()
    assert json.loads(raw[0]) == ["2", bad or None]


def test_cell_of_a_wrong_type_has_one_problem(build) -> None:
    rule = field("x", "integer", minimum=1, pattern="[0-9]+")
    built = build("id,x\n1,abc\n", fields=[ID, rule])
    assert built.quarantined == [(1, "x", "type", "abc")]


def test_row_with_two_problems_counts_once_and_shows_both(build) -> None:
    built = build("id,x\nz,\n1,a\n", fields=[ID, field("x", required=True)])
    assert built.quarantined == [(1, "id", "type", "z"), (1, "x", "required", "")]
    assert built.table.rows_quarantined == 1


def test_primary_key_is_required_and_unique_over_all_its_parts(build) -> None:
    built = build(
        "a,b,c\nx,1,p\nx,2,q\nx,1,r\n,1,s\ny,1,t\nx,1,u\n",
        fields=[field("a"), field("b", "integer"), field("c")],
        primaryKey=["a", "b"],
    )
    assert built.rows["c"] == ["p", "q", "t"]
    assert built.quarantined == [
        (3, "a, b", "primary-key", "x, 1"),
        (4, "a", "required", ""),
        (6, "a, b", "primary-key", "x, 1"),
    ]


def test_repeat_of_a_quarantined_row_is_no_repeat(build) -> None:
    built = build("id,x\nbad,a\n2,a\n3,a\n", fields=[ID, field("x", unique=True)])
    assert built.rows["id"] == [2]
    assert built.quarantined == [(1, "id", "type", "bad"), (3, "x", "unique", "a")]


def test_keys_are_compared_as_values_and_empty_ones_never_repeat(build) -> None:
    built = build(
        "x,y\n5,a\n05,b\n,c\n,d\n", fields=[field("x", "integer", unique=True), field("y")]
    )
    assert built.rows["y"] == ["a", "c", "d"]


def test_missing_values_of_the_schema_are_empty(build) -> None:
    built = build("id,x\nn/a,-\n1,-5\n", fields=[ID, field("x")], missingValues=["", "-", "n/a"])
    assert built.rows == {"id": [None, 1], "x": [None, "-5"]}


def test_columns_match_by_name_then_without_case_and_strangers_stay_text(build) -> None:
    built = build(
        "TEN , Id,khac,ten\nA,1,9,b\n",
        fields=[field("id", "integer"), field("ten"), field("ma", required=True), field("ghi_chu")],
    )
    assert built.types == {"TEN": "string", "id": "integer", "khac": "string", "ten": "string"}
    assert built.rows["ten"] == ["b"]
    assert [(p.code, p.field) for p in built.table.schema_mismatch] == [
        ("missing-column", "ma"),
        ("extra-column", "TEN"),
        ("extra-column", "khac"),
    ]
    assert built.table.schema == "test/1.0"


def test_header_of_the_file_stays_with_the_column(build) -> None:
    built = build("Mã  Tỉnh,\n1,2\n", fields=None)
    column = built.table.columns[0]
    assert (column.name, column.alias, column.header) == ("Mã Tỉnh", "ma_tinh", "Mã  Tỉnh")
    schema = pq.read_schema(built.table.parquet)
    assert schema.field("Mã Tỉnh").metadata[b"header"].decode() == "Mã  Tỉnh"
    assert schema.names == ["Mã Tỉnh", "column_2"]


def test_ragged_and_undecodable_rows_are_the_only_bad_ones_without_a_schema(build) -> None:
    good = "".join(f"{n},tên\n" for n in range(3, 40))
    built = build(b"id,x\n1,a,b\n2,\xff\n" + good.encode())
    assert built.quarantined == [(1, "", "row-width", ""), (2, "x", "undecodable", "\ufffd")]
    assert built.types["id"] == "integer"
    assert built.table.rows_accepted == 37


def test_samples_are_bounded_and_counts_are_not(build) -> None:
    text = "id,x\n" + "".join("z,1\n" for _ in range(50))
    built = build(text, fields=[ID, field("x")], limits=Tables(max_problem_samples=3))
    assert [p.row for p in built.table.samples] == [1, 2, 3]
    assert [(p.code, p.column, p.count) for p in built.table.problems] == [("type", "id", 50)]
    assert built.rows == {"id": [], "x": []}
    assert built.table.row_group_offsets == ()


def test_row_groups_have_one_size_and_known_offsets(build) -> None:
    count = 2 * ROW_GROUP + 5
    built = build("id,tinh\n" + "".join(f"{n},T{n % 63}\n" for n in range(count)))
    meta = pq.read_metadata(built.table.parquet)
    sizes = [meta.row_group(n).num_rows for n in range(meta.num_row_groups)]
    assert sizes == [ROW_GROUP, ROW_GROUP, 5]
    assert built.table.row_group_offsets == (0, ROW_GROUP, 2 * ROW_GROUP)
    group = meta.row_group(0)
    assert group.column(0).compression == "ZSTD"
    assert group.column(0).statistics.max == ROW_GROUP - 1
    # A dictionary where values repeat, and only there.
    assert [group.column(n).has_dictionary_page for n in (0, 1)] == [False, True]


def test_row_numbers_of_repeats_count_the_rows_set_aside_before(build) -> None:
    rows = [f"{n},k{n}" for n in range(1, 70_001)]
    rows[9] = "bad,k10"
    rows[49_999] = "50000,k10,ragged"
    rows[59_999] = "60000,k1"
    rows[69_999] = "70000,k10"
    built = build("id,k\n" + "\n".join(rows) + "\n", fields=[ID, field("k", unique=True)])
    assert built.quarantined == [
        (10, "id", "type", "bad"),
        (50_000, "", "row-width", ""),
        (60_000, "k", "unique", "k1"),
    ]
    assert built.table.rows_accepted == 69_997
    assert pq.read_metadata(built.table.parquet).num_rows == 69_997


def test_schema_goes_to_the_sheets_that_fit(build, tmp_path) -> None:
    import xlsxwriter  # noqa: PLC0415 - only this test writes a workbook

    book = xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))
    for name, labels in (("ghi chú", ["mục", "lời"]), ("bảng", ["id", "x"])):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, labels)
        sheet.write_row(1, 0, [1, "a"])
    book.close()
    built = build(tmp_path / "book.xlsx", fields=[ID, field("x")], claim="xlsx")
    assert [table.schema for table in built.tables] == ["learned", "test/1.0"]


ANY_TEXT = st.text(st.sampled_from('ab1,;"\n\r\t đẹ0.-/'), max_size=120)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(ANY_TEXT.map(str.encode), st.binary(max_size=200)))
def test_any_bytes_are_a_table_or_a_reason(build, content: bytes) -> None:
    try:
        built = build(content)
    except SourceFailure:
        return
    assert built.tables or built.shape.reason
    for table in built.tables:
        assert table.rows_read == table.rows_accepted + table.rows_quarantined > 0
        assert pq.read_metadata(table.parquet).num_rows == table.rows_accepted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["1", "2", "x", ""]), ANY_TEXT), max_size=30))
def test_read_is_accepted_and_quarantined(build, rows: list[tuple[str, str]]) -> None:
    quoted = "".join(f'{a},"{b.replace(chr(34), chr(34) * 2)}"\n' for a, b in rows)
    rules = [field("id", "integer", unique=True), field("x", required=True, maxLength=50)]
    built = build(f"id,x\n{quoted}9,last\n9,\n", fields=rules)
    table = built.table
    blank = sum(p.count for p in table.problems if p.code == "blank-row")
    assert table.rows_read == len(rows) + 2 - blank
    assert table.rows_quarantined == len({row for row, *_ in built.quarantined})
    assert table.rows_accepted == pq.read_metadata(table.parquet).num_rows
    told = {"blank-row", "duplicate-row", "blank-column"}
    bad = [problem for problem in table.problems if problem.code not in told]
    assert sum(problem.count for problem in bad) == len(built.quarantined)


def test_watchers_see_every_row_once_in_order(tmp_path) -> None:
    class Watcher:
        def __init__(self) -> None:
            self.names: list[str] = []
            self.values: list[int | None] = []

        def see(self, batch: TextBatch, checked: Checked) -> None:
            self.names += batch.columns[1].to_pylist()
            self.values += checked.values[0].to_pylist()

    path, count = tmp_path / "file.csv", 30_000
    lines = [f"{n if n % 1000 else 'x'},{'tên ' * 40}{n}\n" for n in range(count)]
    path.write_text("".join(lines), encoding="utf-8")
    shape = TableShape("", "", ("id", "x"), path, delimiter=",")
    watcher = Watcher()
    table = build_table(
        TableSource(shape, Tables(), "here"),
        Expected(schema_of([ID, field("x")])),
        Files(*(tmp_path / f"{part}.parquet" for part in ("table", "bad", "folded"))),
        [watcher],
    )
    assert table.rows_accepted == count - 30
    assert watcher.names == [f"{'tên ' * 40}{n}" for n in range(count)]
    assert watcher.values == [n if n % 1000 else None for n in range(count)]


def test_missing_value_that_is_a_number_is_empty(build) -> None:
    built = build("id,x\n1,-1\n2,5\n", fields=[ID, field("x", "integer")], missingValues=["-1"])
    assert built.rows == {"id": [1, 2], "x": [None, 5]}
