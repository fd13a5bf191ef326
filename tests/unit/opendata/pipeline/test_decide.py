"""The conscience of the product, as a table of facts and verdicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opendata.pipeline.contract import contract_of
from opendata.pipeline.decide import judge
from opendata.pipeline.state import Policy, Published
from opendata.pipeline.tables import BuiltTable, Column, PersonalFinding, ProblemCount
from opendata.records import Problem

POLICY = Policy("flag", 5.0, 10.0, 5)
NAME = Column("ten", "ten", "Tên", "string")
COUNT = Column("so", "so", "Số", "integer")
TABLE = BuiltTable(
    name="",
    title="",
    columns=(NAME, COUNT),
    rows_read=100,
    rows_accepted=100,
    rows_quarantined=0,
    parquet=Path("x"),
    row_group_offsets=(0,),
    quarantine=None,
    problems=(),
    samples=(),
)
BAD = (ProblemCount("type", "so", 3),)
SAME = contract_of([TABLE])


def published(rows: int = 100, contract: object = SAME) -> Published:
    return Published(1, "a" * 64, rows, contract)  # type: ignore[arg-type]


def bad_rows(count: int) -> BuiltTable:
    return replace(TABLE, rows_accepted=100 - count, rows_quarantined=count, problems=BAD)


def persons(*, is_allowed: bool) -> BuiltTable:
    finding = PersonalFinding("phone", "so", 3, ("09******21",), is_allowed=is_allowed)
    return replace(TABLE, personal=(finding,))


@pytest.mark.parametrize(
    ("tables", "before", "mode", "state", "reasons"),
    [
        ([TABLE], None, "flag", "published", ()),
        ([TABLE], published(), "flag", "published", ()),
        ([TABLE], None, "hold", "held", ("policy-hold",)),
        ([bad_rows(3)], None, "flag", "flagged", ("policy-flag",)),
        ([bad_rows(3)], None, "publish", "published", ("policy-flag",)),
        ([bad_rows(5)], None, "flag", "flagged", ("policy-flag",)),
        ([bad_rows(6)], None, "flag", "held", ("quarantine-over-limit", "policy-flag")),
        ([bad_rows(6)], None, "publish", "held", ("quarantine-over-limit", "policy-flag")),
        ([persons(is_allowed=False)], None, "flag", "held", ("personal-data",)),
        ([persons(is_allowed=False)], published(), "publish", "held", ("personal-data",)),
        ([persons(is_allowed=True)], None, "flag", "published", ()),
        (
            [TABLE, persons(is_allowed=False)],
            None,
            "hold",
            "held",
            ("policy-hold", "personal-data"),
        ),
        ([TABLE], published(rows=111), "flag", "published", ()),
        ([TABLE], published(rows=112), "flag", "held", ("rows-shrunk",)),
        ([], None, "flag", "published", ()),
        ([], published(), "flag", "held", ("contract-broken", "rows-shrunk")),
    ],
)
def test_verdict(
    tables: list[BuiltTable],
    before: Published | None,
    mode: str,
    state: str,
    reasons: tuple[str, ...],
) -> None:
    verdict = judge(
        tables, published=before, policy=replace(POLICY, mode=mode), is_blocked=False, absence=""
    )
    assert (verdict.state, verdict.reasons) == (state, reasons)


def test_few_rows_lost_from_a_small_table_are_no_reason_to_hold() -> None:
    small = replace(TABLE, rows_read=5, rows_accepted=5)
    verdict = judge(
        [small], published=published(rows=10), policy=POLICY, is_blocked=False, absence=""
    )
    assert verdict.state == "published"


@pytest.mark.parametrize(
    "columns",
    [
        (NAME,),
        (NAME, replace(COUNT, name="so_moi")),
        (NAME, replace(COUNT, type="string")),
    ],
)
def test_column_gone_renamed_or_retyped_is_held(columns: tuple[Column, ...]) -> None:
    verdict = judge(
        [replace(TABLE, columns=columns)],
        published=published(),
        policy=POLICY,
        is_blocked=False,
        absence="",
    )
    assert (verdict.state, verdict.reasons[0]) == ("held", "contract-broken")


def test_new_column_is_flagged() -> None:
    wider = replace(TABLE, columns=(NAME, COUNT, replace(NAME, name="moi")))
    verdict = judge([wider], published=published(), policy=POLICY, is_blocked=False, absence="")
    assert (verdict.state, verdict.reasons) == ("flagged", ("contract-widened",))


def test_column_order_is_no_change() -> None:
    turned = replace(TABLE, columns=(COUNT, NAME))
    verdict = judge([turned], published=published(), policy=POLICY, is_blocked=False, absence="")
    assert verdict.state == "published"


def test_missing_column_of_the_schema_is_held() -> None:
    short = replace(TABLE, schema_mismatch=(Problem("missing-column", field="ma"),))
    verdict = judge([short], published=None, policy=POLICY, is_blocked=False, absence="")
    assert (verdict.state, verdict.reasons[0]) == ("held", "schema-mismatch")


def test_other_order_than_the_schema_flags_nothing() -> None:
    moved = replace(TABLE, schema_mismatch=(Problem("column-order", field="ma"),))
    verdict = judge([moved], published=None, policy=POLICY, is_blocked=False, absence="")
    assert (verdict.state, verdict.reasons) == ("published", ())


def test_blocked_bytes_are_rejected_whatever_else() -> None:
    verdict = judge([TABLE], published=None, policy=POLICY, is_blocked=True, absence="")
    assert (verdict.state, verdict.reasons) == ("rejected", ("blocked-digest",))


def test_file_that_is_no_table_is_published_with_the_reason() -> None:
    verdict = judge([], published=None, policy=POLICY, is_blocked=False, absence="not-tabular")
    assert (verdict.state, verdict.reasons) == ("published", ("not-tabular",))
