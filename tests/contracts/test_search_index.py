"""What every search engine must do, whichever it is: written against the protocol alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.errors import NotFound, TooDeep
from opendata.search.base import FacetCount, Query, SearchIndex, Written
from tests.contracts import engines
from tests.contracts.engines import Factory
from tests.contracts.search_documents import ALL, CITY, HOSPITAL, LAND_PRICE, LAND_TAX, document


@pytest.fixture(params=engines.ENGINES, scope="module")
def factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    with engines.ENGINES[request.param](request) as factory:
        yield factory


@pytest.fixture(scope="module")
def filled(factory: Factory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index with all documents, for tests that only read."""
    index = factory(tmp_path_factory.mktemp("filled"))
    index.rebuild(ALL)
    yield index
    index.close()


@pytest.fixture
def empty(factory: Factory, tmp_path: Path) -> Iterator[SearchIndex]:
    """An index that was never built, for tests that write."""
    index = factory(tmp_path)
    yield index
    index.close()


def hits(index: SearchIndex, text: str) -> list[str]:
    return list(index.search(Query(text)).ids)


# Words and marks


@pytest.mark.parametrize(
    "typed",
    [
        "bệnh viện đắk lắk",
        "benh vien dak lak",
        "BỆNH VIỆN ĐẮK LẮK",
        "bênh vien Ðắk lak",
        unicodedata.normalize("NFD", "bệnh viện Đắk Lắk"),
        "  bệnh\u200b viện,  (Đắk) Lắk! ",
    ],
)
def test_every_way_to_type_a_word_finds_the_same(filled: SearchIndex, typed: str) -> None:
    assert hits(filled, typed) == ["hospital"]


def test_decomposed_title_is_found(filled: SearchIndex) -> None:
    assert hits(filled, "chợ đầu mối") == hits(filled, "cho dau moi") == ["decomposed"]


@pytest.mark.parametrize("typed", ["kĩ thuật", "thuỷ lợi", "Khánh Hoà", "ki thuat thuy loi"])
def test_tone_placement_and_i_or_y_do_not_matter(filled: SearchIndex, typed: str) -> None:
    assert hits(filled, typed) == ["technology"]


def test_right_marks_rank_first(filled: SearchIndex) -> None:
    assert hits(filled, "thuế đất")[0] == "land-tax"
    assert hits(filled, "thuê đất")[0] == "land-lease"
    assert set(hits(filled, "thue dat")) == {"land-tax", "land-lease", "land-price"}


def test_title_that_says_just_this_ranks_first(filled: SearchIndex) -> None:
    assert hits(filled, "Thuế đất")[0] == "land-tax"
    assert hits(filled, LAND_PRICE["title"])[0] == "land-price"


@pytest.mark.parametrize("typed", ["TP.HCM", "TP HCM", "tphcm", "dân số tp.hcm", "20250701"])
def test_acronyms_and_dates_are_found_in_every_form(filled: SearchIndex, typed: str) -> None:
    assert hits(filled, typed) == ["city"]


def test_acronym_with_points_finds_the_one_without(empty: SearchIndex) -> None:
    empty.put([document("spaced", "Bản đồ TP HCM"), document("glued", "Bản đồ TPHCM")])
    assert set(hits(empty, "TP.HCM")) == {"spaced", "glued"}


@pytest.mark.parametrize(
    "typed", ["số giường", "so_giuong", "khám chữa bệnh", "sở y tế", "hospitals", "địa chỉ"]
)
def test_every_text_field_is_searched(filled: SearchIndex, typed: str) -> None:
    assert hits(filled, typed) == ["hospital"]


def test_title_weighs_more_than_keywords_and_these_more_than_notes(empty: SearchIndex) -> None:
    empty.put(
        [
            document("notes", "Một", notes="rừng"),
            document("title", "Rừng"),
            document("keywords", "Hai", keywords=["rừng"]),
        ]
    )
    assert hits(empty, "rừng") == ["title", "keywords", "notes"]


def test_each_of_two_words_must_match(filled: SearchIndex) -> None:
    assert hits(filled, "thuế bệnh") == []


def test_of_many_words_a_quarter_may_be_missing(filled: SearchIndex) -> None:
    assert hits(filled, "danh sách bệnh nhân") == ["hospital"]
    assert hits(filled, "danh mục bệnh nhân") == []


def test_stop_words_need_not_match(filled: SearchIndex) -> None:
    assert hits(filled, "bệnh viện của các") == ["hospital"]


def test_market_is_not_taken_for_a_stop_word(filled: SearchIndex) -> None:
    assert hits(filled, "cho") == ["decomposed"]


def test_neighbours_in_the_order_asked_rank_first(empty: SearchIndex) -> None:
    empty.put([document("apart", "viện nhi, bệnh khác"), document("near", "nhi khác bệnh viện")])
    assert hits(empty, "benh vien")[0] == "near"


# Filters, facets, order, pages


def test_empty_text_finds_everything_newest_first(filled: SearchIndex) -> None:
    found = filled.search(Query())
    assert found.total == len(ALL)
    assert found.ids[:2] == ("hospital", "land-tax")


def test_facets_count_all_hits_and_not_the_page(filled: SearchIndex) -> None:
    found = filled.search(Query("đất", size=1))
    assert len(found.ids) == 1
    assert found.facets["theme"] == (FacetCount("finance", 2), FacetCount("land", 2))
    assert found.facets["format"] == (FacetCount("csv", 2), FacetCount("xlsx", 1))
    assert found.facets["schema"] == ()


def test_facet_is_cut_to_the_size_asked_for(filled: SearchIndex) -> None:
    found = filled.search(Query(facet_size=1))
    assert found.facets["format"] == (FacetCount("csv", 8),)


def test_filters_all_hold(filled: SearchIndex) -> None:
    both = filled.search(Query(filters={"theme": ["finance", "land"]}))
    assert both.ids == ("land-lease",)
    mixed = filled.search(Query("đất", filters={"theme": ["land"], "licence": ["odc-by-1.0"]}))
    assert mixed.ids == ("land-price",)


def test_filter_does_not_change_the_score(filled: SearchIndex) -> None:
    plain = filled.search(Query("bệnh viện"))
    held = filled.search(Query("bệnh viện", filters={"theme": ["health"]}))
    assert held.scores == pytest.approx(plain.scores)


def test_unknown_filter_value_finds_nothing(filled: SearchIndex) -> None:
    assert filled.search(Query(filters={"publisher": ["\ud800*"]})).total == 0


def test_unknown_facet_or_sort_names_the_choices(filled: SearchIndex) -> None:
    with pytest.raises(NotFound, match="publisher, theme"):
        filled.search(Query(filters={"colour": ["red"]}))
    with pytest.raises(NotFound, match="relevance, modified"):
        filled.search(Query(sort="colour"))


def test_titles_sort_in_vietnamese_order(filled: SearchIndex) -> None:
    assert filled.search(Query(sort="title")).ids == (
        "area",  # Áp suất
        "land-price",  # Bảng
        "decomposed",  # Chợ
        "hospital",  # Danh
        "city",  # Dân
        "water",  # Đường
        "technology",  # Kỹ
        "land-lease",  # Thuê
        "land-tax",  # Thuế
    )


def test_dates_sort_from_new_to_old_and_ties_by_id(filled: SearchIndex) -> None:
    assert filled.search(Query(sort="created")).ids[:4] == (
        "hospital",
        "land-price",
        "area",
        "city",
    )


def test_document_without_a_date_comes_last(empty: SearchIndex) -> None:
    empty.put([document("undated", "Một", modified=""), document("dated", "Hai")])
    assert empty.search(Query(sort="modified")).ids == ("dated", "undated")


def test_best_score_comes_first(filled: SearchIndex) -> None:
    scores = filled.search(Query("đất thuế")).scores
    assert len(scores) == 3
    assert list(scores) == sorted(scores, reverse=True)
    assert min(scores) > 0


@pytest.mark.parametrize("sort", ["relevance", "modified", "created", "title"])
@pytest.mark.parametrize("text", ["", "trùng"])
def test_pages_hold_every_hit_once_in_one_order(empty: SearchIndex, sort: str, text: str) -> None:
    ids = [f"d{number:03d}" for number in range(57)]
    # In two steps and backwards: the order of writing must not show.
    empty.put(document(identifier, "Trùng tên") for identifier in reversed(ids[20:]))
    empty.put(document(identifier, "Trùng tên") for identifier in reversed(ids[:20]))
    pages = [empty.search(Query(text, sort=sort, page=page, size=10)) for page in range(1, 8)]
    assert [found.total for found in pages] == [57] * 7
    assert [identifier for found in pages for identifier in found.ids] == ids


@pytest.mark.parametrize("sort", ["relevance", "title"])
def test_page_behind_the_last_is_empty_and_still_counts(filled: SearchIndex, sort: str) -> None:
    found = filled.search(Query("đất", sort=sort, page=400))
    assert found.ids == ()
    assert found.total == 3
    assert found.facets["theme"]


@pytest.mark.parametrize("sort", ["relevance", "title"])
def test_huge_page_holds_what_there_is(filled: SearchIndex, sort: str) -> None:
    assert len(filled.search(Query("đất", sort=sort, size=10**15)).ids) == 3


def test_page_and_size_below_nought_are_answered(filled: SearchIndex) -> None:
    assert len(filled.search(Query("đất", page=-3)).ids) == 3
    assert filled.search(Query("đất", page=2, size=-5, facet_size=-1)).total == 3


def test_size_nought_only_counts(filled: SearchIndex) -> None:
    found = filled.search(Query("đất", size=0))
    assert (found.ids, found.total) == ((), 3)
    assert found.facets["theme"]


def test_page_beyond_ten_thousand_hits_names_the_way_on(empty: SearchIndex) -> None:
    empty.rebuild({"id": f"{number:05d}", "title": "Hàng"} for number in range(10_050))
    for sort in ("relevance", "title"):
        last = empty.search(Query("hàng", sort=sort, page=1_000, size=10))
        assert (last.total, last.ids[-1]) == (10_050, "09999")
        with pytest.raises(TooDeep, match=r"10,000.*`after`"):
            empty.search(Query("hàng", sort=sort, page=1_001, size=10))
        # The page across the border is cut there.
        cut = empty.search(Query("hàng", sort=sort, page=2, size=5_020))
        assert (len(cut.ids), cut.ids[-1]) == (4_980, "09999")


# Writing


def test_index_never_built_has_no_hits(empty: SearchIndex) -> None:
    found = empty.search(Query("đất"))
    assert (found.ids, found.total) == ((), 0)
    assert found.facets["theme"] == ()
    assert empty.ids() == set()
    empty.remove(["nothing"])


def test_put_replaces_by_id(empty: SearchIndex) -> None:
    empty.put([CITY, HOSPITAL])
    empty.put([CITY | {"title": "Nhà ở"}])
    assert hits(empty, "dân số") == []
    assert hits(empty, "nhà ở") == ["city"]
    assert empty.search(Query()).total == 2


def test_last_of_two_documents_with_one_id_wins(empty: SearchIndex) -> None:
    empty.put([CITY, CITY | {"title": "Nhà ở"}])
    assert hits(empty, "nhà ở") == ["city"]
    assert empty.rebuild([CITY, CITY | {"title": "Cầu"}]) == Written(1)
    assert hits(empty, "cầu") == ["city"]


def test_removed_document_is_gone_from_hits_facets_and_ids(empty: SearchIndex) -> None:
    empty.put([CITY, HOSPITAL])
    empty.remove(["hospital", "unknown"])
    found = empty.search(Query())
    assert (found.ids, found.total) == (("city",), 1)
    assert found.facets["theme"] == (FacetCount("population", 1),)
    assert empty.ids() == {"city"}


def test_ids_are_those_of_all_documents(filled: SearchIndex) -> None:
    assert filled.ids() == {known["id"] for known in ALL}


def test_rebuild_replaces_everything_and_returns_the_count(empty: SearchIndex) -> None:
    empty.put([HOSPITAL])
    assert empty.rebuild([CITY, LAND_TAX]) == Written(2)
    assert empty.ids() == {"city", "land-tax"}


def test_rebuild_with_nothing_leaves_an_empty_index(empty: SearchIndex) -> None:
    empty.put([HOSPITAL])
    assert empty.rebuild([]) == Written(0)
    assert empty.search(Query()).total == 0


def test_other_reader_sees_writes_and_rebuilds(factory: Factory, tmp_path: Path) -> None:
    writer, reader = factory(tmp_path), factory(tmp_path)
    assert reader.search(Query()).total == 0
    writer.put([CITY])
    assert reader.ids() == {"city"}
    writer.rebuild([HOSPITAL, LAND_TAX])
    assert reader.ids() == {"hospital", "land-tax"}
    writer.remove(["hospital"])
    assert reader.ids() == {"land-tax"}


def test_failed_write_changes_nothing(empty: SearchIndex) -> None:
    empty.put([CITY])

    def broken() -> Iterator[dict[str, object]]:
        yield HOSPITAL
        raise RuntimeError("the source of documents broke")

    for write in (empty.put, empty.rebuild):
        with pytest.raises(RuntimeError, match="broke"):
            write(broken())
        assert empty.ids() == {"city"}
    empty.put([LAND_TAX])
    assert empty.ids() == {"city", "land-tax"}


# Versions


def test_older_version_never_replaces_a_newer_one(empty: SearchIndex) -> None:
    empty.put([CITY | {"version": 7}])
    empty.put([CITY | {"version": 6, "title": "Cũ"}, HOSPITAL | {"version": 1}])
    assert empty.versions() == {"city": 7, "hospital": 1}
    assert hits(empty, "dân số") == ["city"]
    assert hits(empty, "cũ") == []
    empty.put([CITY | {"version": 8, "title": "Nhà ở"}])
    assert hits(empty, "nhà ở") == ["city"]


def test_same_version_may_be_written_again(empty: SearchIndex) -> None:
    for _ in range(2):
        assert empty.put([CITY | {"version": 7}, HOSPITAL | {"version": 7}]) == Written(2)
    assert empty.versions() == {"city": 7, "hospital": 7}


def test_late_removal_leaves_a_newer_version(empty: SearchIndex) -> None:
    empty.put([CITY | {"version": 7}, HOSPITAL | {"version": 7}])
    empty.remove(["city", "hospital", "unknown"], {"city": 6, "hospital": 8, "unknown": 1})
    assert empty.ids() == {"city"}


def test_rebuild_begins_anew_whatever_the_versions_were(empty: SearchIndex) -> None:
    empty.put([CITY | {"version": 7}])
    assert empty.rebuild([CITY | {"version": 3}]) == Written(1)
    assert empty.versions() == {"city": 3}


def test_document_with_a_wrong_value_is_refused_and_all_others_are_written(
    empty: SearchIndex,
) -> None:
    wrong = document("wrong", "Ngày sai", modified="hôm qua")
    for write in (empty.put, empty.put, empty.rebuild):
        written = write([LAND_TAX, wrong, CITY])
        assert (written.count, list(written.refused)) == (2, ["wrong"])
        assert "hôm qua" in written.refused["wrong"]
        assert empty.ids() == {"city", "land-tax"}


# Anything a person can type


@pytest.mark.parametrize(
    "typed",
    ['"', "*", ")(", "title:đất", "-a +b", "a AND (", "\0", "đất\0", "🏥", "\ud800", "[1 TO *]"]
    + ["x" * 10_000, "đất " * 2_500, "a_b " * 5_000, "../../etc", "%s", "\\", "{}", "~2", "^9"],
)
def test_odd_text_is_answered(filled: SearchIndex, typed: str) -> None:
    filled.search(Query(typed))
    filled.search(Query(typed, filters={"theme": [typed]}))


@given(st.text(max_size=40))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(filled: SearchIndex, typed: str) -> None:
    assert filled.search(Query(typed)).total <= len(ALL)


def test_odd_documents_are_kept(empty: SearchIndex) -> None:
    empty.put(
        [
            {"id": "bare", "title": None},
            document("odd", 'a"b\0c 🏥 ' + "x" * 70_000, theme=["\0", "🏥", "", "y" * 70_000]),
        ]
    )
    assert empty.ids() == {"bare", "odd"}
    assert FacetCount("🏥", 1) in empty.search(Query()).facets["theme"]
