"""People's Committee of Cao Bang province: its administrative units, for its DCAT feed.

A province that kept its borders on 1 July 2025. Its rows are those of the national tables.
"""

from __future__ import annotations

from dataclasses import astuple, fields

from opendata.demo import package_files, unit_lists, unit_origin
from opendata.demo.publication import Agency, File, Publication, Publisher, write_csv
from opendata.demo.unit_lists import Before, MovedWard, Since
from opendata.records import Period, Text

AGENCY = Agency(
    code="",  # the list of agencies has no codes of provinces
    slug="tinh-cao-bang",
    name="Ủy ban nhân dân tỉnh Cao Bằng",
    name_en="People's Committee of Cao Bang province",
)
AREA_CODE = "04"
AREA = "Cao Bằng"


def publisher() -> Publisher:
    """Return the province with its three datasets; SettingError without the data packages."""
    folder = package_files.folder(unit_origin.PACKAGE)
    package_files.folder(unit_origin.SECOND_PACKAGE)
    moves = [move for move in unit_lists.read_moves(folder) if move.new_province_code == AREA_CODE]
    datasets = (
        _since(unit_lists.read_since(folder)),
        _before(unit_lists.read_before(folder)),
        _conversion(moves),
    )
    return Publisher(AGENCY, datasets)


def _since(since: Since) -> Publication:
    wards = tuple(unit for unit in since.wards if unit.parent_code == AREA_CODE)
    return _publication(
        "xa-phuong-tu-01-07-2025",
        title={
            "vi": "Danh mục xã, phường tỉnh Cao Bằng từ ngày 01/07/2025",
            "en": "Communes and wards of Cao Bang province since 1 July 2025",
        },
        description={
            "vi": f"{len(wards)} xã, phường của tỉnh theo mô hình chính quyền hai cấp.",
            "en": f"The {len(wards)} communes and wards of the province in the two-level system.",
        },
        period=Period(unit_origin.CHANGE, None),
        files=(unit_origin.unit_file("xa-phuong-tu-01-07-2025.csv", "Xã, phường", wards),),
    )


def _before(before: Before) -> Publication:
    districts = tuple(unit for unit in before.districts if unit.parent_code == AREA_CODE)
    codes = {unit.code for unit in districts}
    wards = tuple(unit for unit in before.wards if unit.parent_code in codes)
    return _publication(
        "don-vi-hanh-chinh-truoc-01-07-2025",
        title={
            "vi": "Danh mục huyện, xã tỉnh Cao Bằng trước ngày 01/07/2025",
            "en": "Districts and wards of Cao Bang province before 1 July 2025",
        },
        description={
            "vi": f"{len(districts)} đơn vị cấp huyện và {len(wards)} đơn vị cấp xã của tỉnh.",
            "en": f"The {len(districts)} districts and {len(wards)} wards of the province.",
        },
        period=Period(None, unit_origin.LAST_DAY),
        files=(
            unit_origin.unit_file("cap-huyen-truoc-01-07-2025.csv", "Cấp huyện", districts),
            unit_origin.unit_file("cap-xa-truoc-01-07-2025.csv", "Cấp xã", wards),
        ),
    )


def _conversion(moves: list[MovedWard]) -> Publication:
    return _publication(
        "chuyen-doi-xa-phuong-01-07-2025",
        title={
            "vi": "Bảng chuyển đổi xã, phường tỉnh Cao Bằng ngày 01/07/2025",
            "en": "Conversion table of the wards of Cao Bang province on 1 July 2025",
        },
        description={
            "vi": f"{len(moves)} dòng, mỗi dòng một đơn vị cũ và đơn vị mới nhận cả hay một phần.",
            "en": f"{len(moves)} rows, each with an old unit and a new one that holds all or part.",
        },
        period=Period(unit_origin.CHANGE, unit_origin.CHANGE),
        files=(
            File(
                name="chuyen-doi-xa-phuong.csv",
                title="Xã cũ và xã mới (CSV)",
                description="Cột extent: whole là trọn một đơn vị, part là một phần.",
                format="CSV",
                body=write_csv([f.name for f in fields(MovedWard)], map(astuple, moves)),
            ),
        ),
    )


def _publication(
    name: str, *, title: Text, description: Text, period: Period, files: tuple[File, ...]
) -> Publication:
    return Publication(
        id=name,
        title=title,
        description=description,
        provenance=unit_origin.provenance(),
        licence=unit_origin.LICENCE,
        frequency="irregular",
        themes=("administrative-units",),
        keywords=("Cao Bằng", "mã xã", "đơn vị hành chính"),
        period=period,
        issued=unit_origin.CHANGE,
        modified=unit_origin.CHANGE,
        landing_page=unit_origin.PROJECT,
        files=files,
        areas=(AREA,),
    )
