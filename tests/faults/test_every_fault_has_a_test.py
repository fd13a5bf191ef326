"""The table of README.md knows every fault, and each is named in the test that it points to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (F\d\d) \| .+ \| (.+) \|$", re.MULTILINE)
FAULTS = [f"F{number:02}" for number in range(1, 78)]
TABLE = dict(_ROW.findall((ROOT / "tests/faults/README.md").read_text("utf-8")))


def test_table_is_whole() -> None:
    assert list(TABLE) == FAULTS


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named_where_the_table_says(fault: str) -> None:
    where = TABLE[fault]
    path = re.fullmatch(r"`(tests/[a-z_/]+\.py)`", where)
    if path is None:
        assert re.match(r"(not applicable yet|cannot be injected here): \w", where)
    else:
        assert re.search(rf"\b{fault}\b", (ROOT / path[1]).read_text("utf-8"))
