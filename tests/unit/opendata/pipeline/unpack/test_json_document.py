from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.unpack import json_document
from opendata.pipeline.unpack.order import Order


@pytest.fixture
def unpacked(tmp_path: Path):
    """Unpack in this process: the tables and the text of their cells."""

    def run(content: str | bytes, limits: Tables | None = None) -> dict[str, Any]:
        path = tmp_path / "file.json"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        order = Order("json", str(path), str(tmp_path), "here", limits or Tables())
        return dict(json.loads(json_document.unpack(order.to_words(), b"")))

    return run


def test_values_keep_their_text_and_their_types(build) -> None:
    built = build(
        """[{"ma": "001", "so": 1.10, "nguyen": 12, "lon": 123456789012345678901234567890,
             "co": true, "ngay": "2025-07-01", "trong": null},
            {"ma": "1", "so": 2, "nguyen": -3, "lon": 1, "co": false, "ngay": "", "muon": "e"}]""",
        claim="json",
    )
    assert built.shape.format == "json"
    assert built.types == {
        "ma": "string",
        "so": "number",
        "nguyen": "integer",
        "lon": "string",
        "co": "boolean",
        "ngay": "date",
        "trong": "string",
        "muon": "string",
    }
    assert built.rows["lon"] == ["123456789012345678901234567890", "1"]
    assert built.rows["ma"] == ["001", "1"]
    assert built.rows["muon"] == [None, "e"]


def test_numbers_as_text_stay_text(build) -> None:
    assert build('[{"a": "1"}, {"a": "2"}]', claim="json").types == {"a": "string"}


def test_nested_records_are_flattened_and_lists_are_json(build) -> None:
    built = build(
        '[{"a": {"b": {"c": 1.50}, "d": "x"}, "l": [1.10, "é", null, {"k": true}]}, {"a": {}}]',
        claim="json",
    )
    assert built.rows == {
        "a.b.c": [1.5, None],
        "a.d": ["x", None],
        "l": ['[1.10, "é", null, {"k": true}]', None],
    }


@pytest.mark.parametrize(
    "content",
    [
        '{"data": [{"a": 1}, {"a": 2}], "total": 2}',
        '{"help": "h", "success": true, "result": {"fields": [{"id": "a", "type": "int"}],'
        ' "records": [{"a": 1}, {"a": 2}], "total": 2}}',
        '{"records": [[1], [2]], "fields": [{"id": "a", "type": "int"}]}',
        '[["a"], [1], [2]]',
        '\ufeff[{"a": 1}, {"a": 2}]',
    ],
)
def test_one_table_is_found_wherever_it_lies(content: str, build) -> None:
    built = build(content, claim="json")
    assert built.rows == {"a": [1, 2]}
    assert built.table.name == ""


def test_several_arrays_are_tables_named_by_their_keys(build) -> None:
    built = build(
        '{"tinh": [{"ma": "01"}, {"ma": "02"}], "x": {"xa": [{"a": 1}]}, "y": {"xa": [{"b": 1}]}}',
        claim="json",
    )
    assert [(table.name, table.rows_read) for table in built.tables] == [
        ("tinh", 2),
        ("x.xa", 1),
        ("y.xa", 1),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"name": "x", "options": {"deep": {"er": [1, 2, 3]}}, "plugins": ["a", "b"]}',
         "not-tabular"),
        ('{"info": {"title": "a text that is longer than the little list below", "v": 2},'
         ' "servers": [{"url": "x"}]}', "not-tabular"),
        ('{"@context": {"a": "b"}, "@graph": [{"a": 1}, {"a": 2}]}', "not-tabular"),
        ("[1, 2, 3]", "not-tabular"),
        ("[[1.5, 2.5], [3.5, 4.5]]", "not-tabular"),
        ("{}", "not-tabular"),
        ("[]", "no-rows"),
        ('{"success": true, "result": {"records": []}}', "no-rows"),
    ],
)  # fmt: skip
def test_what_is_no_table_says_why(content: str, reason: str, build) -> None:
    built = build(content, claim="json")
    assert (built.tables, built.shape.reason) == ((), reason)


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1}, {"a": 2',
        '[{"a": 1} {"a": 2}]',
        '{"data": [{"a": tru}]}',
        "[" * 100_000,
        '[{"a":' * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_damaged_or_deep_json_is_unreadable(content: str, build) -> None:
    with pytest.raises(SourceFailure) as failure:
        build(content, claim="json")
    assert failure.value.reason == "unreadable"


def test_what_is_no_record_is_a_broken_row(build) -> None:
    built = build('[{"a": 1}, null, {"a": 2}, "x", {"a": 3}, {"a": 4}]', claim="json")
    assert (built.table.rows_read, built.table.rows_accepted) == (6, 4)
    assert [(row, code) for row, _, code, _ in built.quarantined] == [
        (2, "row-width"),
        (4, "row-width"),
    ]


def test_array_of_another_width_is_a_broken_row(build) -> None:
    built = build('[["a", "b"], [1, 2], [3], [4, 5]]', claim="json")
    assert built.rows == {"a": [1, 4], "b": [2, 5]}
    assert built.table.rows_quarantined == 1


def test_name_that_stands_twice_has_both_values(build) -> None:
    built = build('[{"id": 1, "gia": 10, "gia": 9999}]', claim="json")
    assert built.rows == {"id": [1], "gia": ["[10, 9999]"]}


def test_documents_one_behind_another_are_lines(build) -> None:
    assert build('{"a": 1} \n{"a": 2}\n', claim="json").rows == {"a": [1, 2]}


def test_half_characters_and_nul_do_no_harm(unpacked, tmp_path: Path) -> None:
    found = unpacked('[{"a\\ud800": "x\\ud800y", "b": "c\\u0000d"}]')
    assert [table["header"] for table in found["tables"]] == [["a\ufffd\ufffd\ufffd", "b"]]


def test_records_of_too_many_fields_fail(unpacked) -> None:
    records = json.dumps([{f"c{n}": 1} for n in range(20)])
    with pytest.raises(SourceFailure) as failure:
        unpacked(records, Tables(max_columns=10))
    assert failure.value.reason == "too-many-columns"


def test_items_longer_than_what_is_held_at_a_time(unpacked) -> None:
    long = "x" * 3_000_000
    found = unpacked(json.dumps([{"a": long, "b": n} for n in range(3)]))
    assert found["tables"][0]["kinds"] == [["string", "default"], ["integer", "default"]]


def refused(unpacked, content: str) -> str:
    """Return the reason why a document is refused, nothing where it is read."""
    try:
        tables = unpacked(content)["tables"]
    except SourceFailure as failure:
        return failure.reason
    assert all(table["header"] for table in tables)
    return ""


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=30,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=_VALUES)
def test_any_json_is_a_table_or_says_why_not(value: Any, unpacked) -> None:
    assert refused(unpacked, json.dumps(value)) in {"", "not-tabular"}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet='[]{}":,0123.eE-tnu\\ \n', max_size=60))
def test_any_text_is_json_or_says_why_not(text: str, unpacked) -> None:
    assert refused(unpacked, text) in {"", "not-tabular", "unreadable"}


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(_TEXTS, st.integers(-(10**17), 10**17)), min_size=1, max_size=20),
    indent=st.sampled_from([None, 1]),
)
def test_what_was_written_is_read(
    rows: list[tuple[str, int]], indent: int | None, unpacked, tmp_path: Path
) -> None:
    unpacked(json.dumps([{"t": text, "n": number} for text, number in rows], indent=indent))
    with pa.ipc.open_file(str(tmp_path / "table-0.arrow")) as file:
        found = file.read_all().to_pydict()
    assert found["0"] == [unicodedata.normalize("NFC", text) or None for text, _ in rows]
    assert found["1"] == [str(number) for _, number in rows]


def test_nested_units_of_viet_nam(build, shared_inputs: Path) -> None:
    path = shared_inputs / "inputs/vietnam/thanglequoc_63_units.json"
    built = build(path, claim="json")
    known = json.loads(path.read_text("utf-8"))
    assert built.table.rows_read == len(known) == 63
    assert built.rows["Code"] == [unit["Code"] for unit in known]
    assert [json.loads(text) for text in built.rows["District"]] == [u["District"] for u in known]


def test_parsed_tables_are_what_they_are_known_to_be(build, shared_inputs: Path) -> None:
    folder = shared_inputs / "inputs/csv/csv-spectrum/json"
    for path in sorted(folder.glob("*.json")):
        known = json.loads(path.read_text("utf-8"))
        rows = build(path, claim="json").rows
        assert {name: [row[name] or None for row in known] for name in known[0]} == rows, path.name
