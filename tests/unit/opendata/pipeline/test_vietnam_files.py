"""Recorded files of Viet Nam against what is known of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

# Where a file is read otherwise than its list says, and why.
ROWS_ARGUED = {
    # Title, unit and header lie above the data and are no records of it.
    "vietnam/bieu1_dan_so_tieu_de_tong_cong.csv": 36,
}
DELIMITERS_ARGUED = {
    # A list of words, one a line; 524 of 73,901 words hold a comma. No delimiter, one column.
    "vietnam/Viet74K.txt": "",
}
FAMILIES = {"ascii": {"utf-8"}, "utf-8": {"utf-8"}, "utf-8(BOM)": {"utf-8"}}
FAMILIES |= {"utf-16-le(BOM)": {"utf-16-le"}, "legacy": {"windows-1258", "tcvn3", "vni"}}

NAMES = (
    [
        "vietnam/Viet74K.txt",
        "vietnam/agencies_G_codes_QD20-2020.tsv",
        "vietnam/bieu1_dan_so_tieu_de_tong_cong.csv",
        "vietnam/hanoi_grade10_2017_lopchuyen.csv",
        "vietnam/hanoi_grade10_2017_lopthuong.csv",
        "vietnam/provinces_34_since_2025-07-01.tsv",
        "vietnam/provinces_63_before_2025-07-01.tsv",
    ]
    + [
        f"vietnam/air_quality/{name}.csv"
        for name in (
            "openweather_ingestion_points",
            "pollutants",
            "seed_dim_time",
            "source_calibration",
            "unified_stations_metadata",
            "vietnam_wards_2026",
            "vietnam_wards_with_osm",
            "vn_traffic_profile",
        )
    ]
    + [
        f"vietnam/diem_thi_thpt/{name}.csv"
        for name in (
            "province_codes_2026",
            "province_subject_metrics",
            "subject_score_distribution",
            "subject_score_distribution_by_segment",
            "subjects",
            "year_subject_stats",
        )
    ]
)


@pytest.fixture
def truth(shared_inputs: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((shared_inputs / "inputs" / "truth.json").read_text("utf-8"))
    return known


@pytest.mark.parametrize("name", NAMES)
def test_file_has_the_rows_delimiter_and_encoding_known_of_it(
    build, shared_inputs: Path, truth: dict[str, Any], name: str
) -> None:
    built, known = build(shared_inputs / "inputs" / name), truth[name]
    assert built.shape.tables[0].delimiter == DELIMITERS_ARGUED.get(name, known["delimiter"])
    assert built.shape.tables[0].encoding in FAMILIES[known["encoding"]]
    assert built.table.rows_read == ROWS_ARGUED.get(name, known["records_with_header"] - 1)
    assert built.table.rows_quarantined == 0


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
