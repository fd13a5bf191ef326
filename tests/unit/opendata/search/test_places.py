"""Provinces through time, in texts and in datasets."""

from __future__ import annotations

import pytest

from opendata.search import places, text
from opendata.search.knowledge import published
from opendata.search.places import NATIONAL


def found(typed: str) -> list[tuple[str, int, int]]:
    """Return (name, start, length) of the places in a text."""
    tokens = [token for token in text.analyse(typed) if not token.glued]
    return [(f.place.name, f.start, f.length) for f in published().gazetteer.find(tokens)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("bệnh viện Đà Nẵng", [("Đà Nẵng", 2, 2)]),
        ("benh vien da nang", [("Đà Nẵng", 2, 2)]),
        ("hàng hoá Bình Định", [("Bình Định", 2, 2)]),
        ("chợ Sài Gòn", [("Hồ Chí Minh", 1, 2)]),
        ("TP.HCM", [("Hồ Chí Minh", 0, 2)]),
        ("tỉnh Vĩnh Long", [("Vĩnh Long", 0, 3)]),
        ("Thành phố Hồ Chí Minh", [("Hồ Chí Minh", 0, 5)]),
        ("nhà thuốc Vũng Tàu", [("Bà Rịa - Vũng Tàu", 2, 2)]),
        ("từ Hà Nội đến Huế", [("Hà Nội", 1, 2), ("Huế", 4, 1)]),
        ("giá đất", []),
    ],
)
def test_places_are_found_marks_first(typed: str, expected: list[tuple[str, int, int]]) -> None:
    assert found(typed) == expected


def test_place_knows_what_became_of_it_and_what_came_into_it() -> None:
    known = published().gazetteer.places
    assert known["Bến Tre"].own == ("83",)
    assert known["Bến Tre"].successors == ("86.2025-07-01",)
    assert known["Bến Tre"].successor_name == "Vĩnh Long"
    assert set(known["Vĩnh Long"].predecessors) == {"83", "84"}
    assert known["Vĩnh Long"].own == ("86", "86.2025-07-01")
    assert known["Hà Nội"].successors == known["Hà Nội"].predecessors == ()


def units(
    *areas: str, texts: tuple[str, ...] = (), period: tuple[str, str] = ("", "")
) -> list[str]:
    return places.of_document(areas, texts, period, published().gazetteer)


def test_areas_count_before_titles_and_titles_before_publishers() -> None:
    assert units("Tỉnh Bến Tre", texts=("Giá đất Hà Nội",)) == ["83"]
    assert units(texts=("Giá đất Hà Nội", "Sở Tài chính Huế"))[0] == "01"
    assert units(texts=("Giá đất", "Sở Tài chính Bến Tre")) == ["83"]


def test_code_that_was_given_to_another_counts_with_the_period() -> None:
    assert units("Bắc Ninh", period=("2025-08-01", "2025-12-31")) == ["24.2025-07-01"]
    assert units("Bắc Giang", period=("2024-01-01", "2024-12-31")) == ["24"]
    assert units("Vĩnh Long", period=("2020-01-01", "2021-12-31")) == ["86"]
    assert units("Vĩnh Long") == ["86", "86.2025-07-01"]


def test_name_outside_its_time_is_believed_all_the_same() -> None:
    assert units("Bến Tre", period=("2026-01-01", "2026-12-31")) == ["83"]


def test_what_names_no_place_is_of_the_whole_country() -> None:
    assert units("Toàn quốc", texts=("Dân số",)) == [NATIONAL]
