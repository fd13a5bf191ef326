from __future__ import annotations

import json

import pytest

from opendata.pipeline.apart import Apart
from opendata.pipeline.unpack import manifest
from opendata.pipeline.unpacked import Unpacked
from opendata.records import Problem

TABLE = Unpacked(
    name="Biểu",
    title="Dân số",
    header=("ma", "so"),
    kinds=(("string", "default"), ("integer", "default")),
    units=("", "người"),
    apart=(Apart("total", ("Tổng", None)),),
)
PROBLEMS = [Problem("hidden-sheet", field="Ẩn")]


def test_what_a_child_says_comes_back() -> None:
    answer = manifest.to_json([TABLE], PROBLEMS)
    assert manifest.from_json(answer) == ([TABLE], PROBLEMS)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"tables": [], "problems": [["a", "b"]]}',
        b'{"tables": [1], "problems": []}',
    ],
)
def test_answer_of_another_form_is_refused(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        manifest.from_json(answer)


@pytest.mark.parametrize(
    ("name", "value"),
    [("header", "ma"), ("header", [1]), ("kinds", [["string"]]), ("units", ["m"]), ("title", None)],
)
def test_table_of_another_form_is_refused(name: str, value: object) -> None:
    said = json.loads(manifest.to_json([TABLE], []))
    said["tables"][0][name] = value
    with pytest.raises(ValueError, match=r".+"):
        manifest.from_json(json.dumps(said).encode())
