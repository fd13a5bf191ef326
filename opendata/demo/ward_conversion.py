"""The dataset that leads from an old ward to the new one."""

from __future__ import annotations

from dataclasses import astuple, fields

from opendata.demo import unit_origin
from opendata.demo.publication import File, Publication, write_csv
from opendata.demo.unit_lists import MovedWard
from opendata.records import Period


def publication(moves: tuple[MovedWard, ...]) -> Publication:
    """Return the conversion table: which new ward holds each old one, wholly or in part."""
    whole = sum(move.extent == "whole" for move in moves)
    split = len({move.old_ward_code for move in moves if move.extent == "part"})
    uncoded = sum(move.old_ward_code == "" for move in moves)
    return Publication(
        id="chuyen-doi-xa-phuong-01-07-2025",
        title={
            "vi": "Bảng chuyển đổi xã, phường cũ sang xã, phường mới ngày 01/07/2025",
            "en": "Conversion table of old wards to new wards on 1 July 2025",
        },
        description={
            "vi": (
                f"{whole} đơn vị cũ thuộc trọn một đơn vị mới (extent = whole); {split} đơn vị cũ "
                "bị chia cho nhiều đơn vị mới, mỗi phần một dòng (extent = part). Mọi dòng có mã "
                f"mới. {uncoded} dòng không có mã cũ: huyện đảo không có cấp xã trở thành đặc khu."
            ),
            "en": (
                f"{whole} old units lie wholly in one new unit (extent = whole); {split} old units "
                "were divided among several, one row a part (extent = part). Every row has a new "
                f"code. {uncoded} rows have no old code: island districts without wards that "
                "became special zones."
            ),
        },
        provenance=unit_origin.provenance(),
        licence=unit_origin.LICENCE,
        frequency="never",
        themes=("administrative-units",),
        keywords=("sáp nhập", "chuyển đổi địa chỉ", "mã xã cũ", "mã xã mới"),
        period=Period(unit_origin.CHANGE, unit_origin.CHANGE),
        issued=unit_origin.CHANGE,
        modified=unit_origin.CHANGE,
        landing_page=unit_origin.PROJECT,
        files=(
            File(
                name="chuyen-doi-xa-phuong.csv",
                title="Xã cũ và xã mới (CSV)",
                description="Mỗi dòng là một đơn vị cũ và một đơn vị mới nhận cả hay một phần.",
                format="CSV",
                body=write_csv([f.name for f in fields(MovedWard)], map(astuple, moves)),
            ),
        ),
    )
