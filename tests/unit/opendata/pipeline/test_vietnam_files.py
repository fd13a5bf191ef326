"""Recorded files of Viet Nam: what a list of counts cannot say of them."""

from __future__ import annotations

from pathlib import Path


def test_codes_keep_their_leading_zeros(build, shared_inputs: Path) -> None:
    built = build(shared_inputs / "inputs/vietnam/air_quality/vietnam_wards_2026.csv")
    assert built.types["code"] == "string"
    assert "09552" in built.rows["code"]
    assert built.types["population"] == "integer"


def test_workbook_has_its_two_visible_tables(build, shared_inputs: Path) -> None:
    path = shared_inputs / "inputs/vietnam/bieu1_merged_headers_multi_sheet.xlsx"
    first, second = build(path, claim="xlsx").tables
    assert (first.rows_read, second.rows_read) == (34, 10)
    assert [row.cells[1] for row in first.shape.apart] == ["CẢ NƯỚC"]
    assert [c.name for c in first.columns][3:] == [
        "Quy mô - Dân số (người)",
        "Quy mô - Diện tích (km²)",
    ]
    assert [c.type for c in second.columns] == ["string", "date", "date", "time"]
