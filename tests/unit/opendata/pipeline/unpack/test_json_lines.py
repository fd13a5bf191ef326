from __future__ import annotations

import pytest

from opendata.config import Tables
from opendata.errors import SourceFailure


def test_each_line_is_a_record(build) -> None:
    built = build('{"ma": "01", "n": 1}\n\n{"ma": "02", "n": 2, "m": {"x": true}}', claim="jsonl")
    assert built.shape.format == "jsonl"
    assert built.rows == {"ma": ["01", "02"], "n": [1, 2], "m.x": [None, True]}


def test_arrays_on_lines_have_their_labels_first(build) -> None:
    assert build('["a", "b"]\n[1, "x"]\n', claim="ndjson").rows == {"a": [1], "b": ["x"]}


def test_damaged_line_is_a_broken_row(build) -> None:
    built = build('{"a": 1}\n{"a": 2\n{"a": 3}\n', claim="jsonl")
    assert (built.table.rows_read, built.table.rows_quarantined) == (3, 1)
    assert built.quarantined[0][0] == 2


def test_file_of_damaged_lines_is_unreadable(build) -> None:
    with pytest.raises(SourceFailure) as failure:
        build('{"a": 1}\n{"a": 2\n{"a: 3}\n', claim="jsonl")
    assert failure.value.reason == "unreadable"


def test_line_without_end_fails(build) -> None:
    long = '{"a": 1}\n{"a": "' + "x" * 5_000 + '"}\n'
    with pytest.raises(SourceFailure) as failure:
        build(long, claim="jsonl", limits=Tables(max_line_bytes=1_000))
    assert failure.value.reason == "line-too-long"
