"""What every search engine must do, whichever it is: written against the protocol alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.errors import BadCursor, NotFound, TooDeep
from opendata.search.base import FacetCount, Query, Results, SearchIndex, Written
from tests.contracts.engines import Factory
from tests.contracts.search_documents import ALL, CITY, HOSPITAL, LAND_PRICE, LAND_TAX, document


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


def test_any_value_of_a_filter_may_hold_and_all_filters_must(filled: SearchIndex) -> None:
    both = filled.search(Query(filters={"theme": ["finance", "land"]}, sort="title"))
    assert both.ids == ("land-price", "land-lease", "land-tax")
    mixed = filled.search(Query("đất", filters={"theme": ["land"], "licence": ["odc-by-1.0"]}))
    assert mixed.ids == ("land-price",)


def test_facet_counts_as_if_nothing_were_chosen_in_it(filled: SearchIndex) -> None:
    found = filled.search(Query("đất", filters={"theme": ["land"], "format": ["csv"]}))
    assert found.ids == ("land-price",)
    assert found.facets["theme"] == (FacetCount("finance", 1), FacetCount("land", 1))
    assert found.facets["format"] == (FacetCount("csv", 1), FacetCount("xlsx", 1))
    assert found.facets["licence"] == (FacetCount("odc-by-1.0", 1),)


def test_facets_tell_of_time_place_use_and_columns(filled: SearchIndex) -> None:
    facets = filled.search(Query()).facets
    assert facets["period"] == (FacetCount("2024", 2), FacetCount("2023", 1))
    assert facets["area"] == (FacetCount("Đắk Lắk", 1),)
    assert facets["validity"] == (FacetCount("quarantine", 1),)
    assert facets["access"] == (FacetCount("api", 1),)
    assert facets["column"] == (FacetCount("ma_benh_vien", 1), FacetCount("so_giuong", 1))
    assert facets["language"] == (FacetCount("vi", 9),)


def test_filter_that_is_no_facet_is_not_counted(filled: SearchIndex) -> None:
    found = filled.search(Query(filters={"code_list": ["provinces"]}))
    assert found.ids == ("hospital",)
    assert "code_list" not in found.facets


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


def walk(index: SearchIndex, query: Query) -> Iterator[Results]:
    """Read all pages of a query by cursor."""
    found = index.search(query)
    yield found
    while found.next:
        found = index.search(replace(query, after=found.next))
        yield found


def test_beyond_ten_thousand_hits_a_cursor_leads_and_no_page_number(empty: SearchIndex) -> None:
    empty.rebuild({"id": f"{number:05d}", "title": "Hàng"} for number in range(10_050))
    for sort in ("relevance", "title"):
        query = Query("hàng", sort=sort, size=5_020, facet_size=0)
        with pytest.raises(TooDeep, match=r"10,000.*`after`"):
            empty.search(replace(query, page=3))
        # The page across the border is cut there; its cursor leads on.
        cut = empty.search(replace(query, page=2))
        assert (len(cut.ids), cut.ids[-1]) == (4_980, "09999")
        assert empty.search(replace(query, after=cut.next)).ids[0] == "10000"
        read = [identifier for found in walk(empty, query) for identifier in found.ids]
        assert read == [f"{number:05d}" for number in range(10_050)]


@pytest.mark.parametrize("sort", ["relevance", "modified", "title"])
def test_cursor_reads_every_hit_once_while_documents_come_and_go(
    empty: SearchIndex, sort: str
) -> None:
    ids = [f"d{number:03d}" for number in range(40)]
    empty.put(document(identifier, "Trùng tên") for identifier in ids)
    query = Query("trùng", sort=sort, size=10)
    first = empty.search(query)
    empty.remove(ids[3:6])
    empty.put([document("a-new", "Trùng tên"), document("c-new", "Trùng tên")])
    second = empty.search(replace(query, after=first.next))
    empty.remove([*ids[19:22], "a-new"])
    rest = list(walk(empty, replace(query, after=second.next)))
    read = [*first.ids, *second.ids, *(i for found in rest for i in found.ids)]
    assert read == [*ids[:20], *ids[22:]]
    assert rest[-1].next == ""


@pytest.mark.parametrize(
    "after", ["x", "!", "bnVsbA", "\ud800", "W10", "a" * 100_000, "é", "\0", "e30", "WzEsMiwzLDRd"]
)
def test_cursor_that_was_not_made_here_is_refused(filled: SearchIndex, after: str) -> None:
    with pytest.raises(BadCursor, match="unchanged"):
        filled.search(Query("đất", after=after))


def test_cursor_of_another_search_is_refused(filled: SearchIndex) -> None:
    after = filled.search(Query("đất", size=1)).next
    assert len(filled.search(Query("đất", size=2, after=after)).ids) == 2
    for other in (Query("thuế"), Query("đất", sort="title"), Query("đất", {"theme": ["land"]})):
        with pytest.raises(BadCursor):
            filled.search(replace(other, after=after))


def test_orders_by_metadata_and_by_downloads(filled: SearchIndex) -> None:
    assert filled.search(Query(sort="metadata")).ids[0] == "land-tax"
    assert filled.search(Query(sort="downloads")).ids[:3] == ("land-tax", "hospital", "area")


# The language of queries


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('"bệnh viện"', {"hospital"}),
        ('"vien benh"', set()),
        ('"thuế đất"', {"land-tax", "land-price"}),
        ('"thue dat"', {"land-tax", "land-price", "land-lease"}),
        ("“thuê đất”", {"land-lease"}),
        ('"thuế"', {"land-tax", "land-price"}),
        ('"TP.HCM"', {"city"}),
        ('đất "bảng giá"', {"land-price"}),
        ('"y te dak lak"', {"hospital"}),
        ('"lak department"', {"hospital"}),
        ('"y tế khám"', set()),
    ],
)
def test_words_in_quotation_marks_stand_together(
    filled: SearchIndex, typed: str, expected: set[str]
) -> None:
    assert set(hits(filled, typed)) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("đất -thuê", {"land-tax", "land-price"}),
        ("dat -thue", set()),
        ('đất -"bảng giá"', {"land-tax", "land-lease"}),
        ("đất -theme:land", {"land-tax"}),
        ("-đất -format:csv", set()),
        ("-theme:finance -theme:land -format:xlsx đất", set()),
        ("đất - thuê", {"land-lease", "land-tax", "land-price"}),
        ("đất-thuê", {"land-lease", "land-tax", "land-price"}),
    ],
)
def test_minus_leaves_out(filled: SearchIndex, typed: str, expected: set[str]) -> None:
    assert set(hits(filled, typed)) == expected


def test_minus_alone_leaves_the_others_newest_first(filled: SearchIndex) -> None:
    found = filled.search(Query("-bệnh"))
    assert found.total == len(ALL) - 1
    assert found.ids[0] == "land-tax"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("publisher:so-y-te-dak-lak", {"hospital"}),
        ('cơ-quan:"sở y tế"', {"hospital"}),
        ("theme:health", {"hospital"}),
        ('chủ_đề:"y tế"', {"hospital"}),
        ("format:XLSX", {"hospital", "land-lease"}),
        ("licence:odc-by-1.0", {"land-price"}),
        ("schema:hospitals/1.0.0", {"hospital"}),
        ("column:giường", {"hospital"}),
        ("cột:so_giuong", {"hospital"}),
        ("has:ma_benh_vien", {"hospital"}),
        ('has:"Mã bệnh viện"', {"hospital"}),
        ("has:benh_vien", set()),
        ("unit:giường", {"hospital"}),
        ("codelist:provinces", {"hospital"}),
        ('area:"đắk lắk"', {"hospital"}),
        ("area:dak_lak", {"hospital"}),
        ("period:2023", {"hospital"}),
        ("năm:2022..2024", {"hospital", "land-tax"}),
        ("period:..2023", {"hospital"}),
        ("keyword:y-te", {"hospital"}),
        ("title:giường", set()),
        ("validity:quarantine access:api", {"hospital"}),
        ("đất -period:2024", {"land-lease", "land-price"}),
    ],
)
def test_fields_are_named(filled: SearchIndex, typed: str, expected: set[str]) -> None:
    assert set(hits(filled, typed)) == expected


def test_field_we_do_not_have_is_a_word(filled: SearchIndex) -> None:
    assert hits(filled, "tỉnh:Đắk") == ["hospital"]
    assert hits(filled, "modified:bệnh") == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("modified:2025-07-01", {"hospital"}),
        ("modified:01/07/2025", {"hospital"}),
        ("modified:2025-03..2025-07", {"hospital", "land-tax"}),
        ("cập-nhật:01/03/2025..", {"hospital", "land-tax"}),
        ("đất modified:..28/02/2025", {"land-lease", "land-price"}),
        ("đất -modified:2025-01", {"land-tax"}),
        ("metadata:2025-08", {"land-tax"}),
        ("modified:2025-07-02..2025-07-01", set()),
        ("modified:0001..9999 bệnh", {"hospital"}),
    ],
)
def test_dates_lie_in_spans(filled: SearchIndex, typed: str, expected: set[str]) -> None:
    assert set(hits(filled, typed)) == expected


def test_day_is_one_of_viet_nam(empty: SearchIndex) -> None:
    empty.put([document("late", "Một", modified="2025-06-30T17:30:00+00:00")])
    assert hits(empty, "modified:2025-07-01") == ["late"]
    assert hits(empty, "modified:2025-06-30") == []


def test_document_without_a_date_lies_in_no_span(empty: SearchIndex) -> None:
    empty.put([document("undated", "Một", modified="")])
    assert hits(empty, "modified:0001..") == []
    assert hits(empty, "-modified:0001..") == ["undated"]


def test_long_query_is_cut_and_says_so(filled: SearchIndex) -> None:
    assert not filled.search(Query("đất")).understood.is_cut
    assert filled.search(Query("đất " * 40)).understood.is_cut
    assert filled.search(Query(" ".join(f"-đ{number}" for number in range(40)))).understood.is_cut


def test_one_word_of_many_may_be_enough(filled: SearchIndex) -> None:
    assert filled.search(Query("thuế bệnh", any_word=True)).total == 4


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("b", {"hospital", "land-price"}), ("benh vi", {"hospital"}), ("thuê đ", {"land-lease"})]
    + [("viện bệnh", {"hospital"}), ("", set()), ("đường ống nước", {"water"})],
)
def test_titles_are_found_while_they_are_typed(
    filled: SearchIndex, typed: str, expected: set[str]
) -> None:
    assert expected <= set(filled.search(Query(typed, typing=True)).ids)
    assert len(filled.search(Query(typed, typing=True)).ids) <= 4


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
    [
        '"',
        "*",
        ")(",
        "title:đất",
        "modified:9999-12-31..0001",
        "-",
        '-"',
        "has:",
        "-has:*",
        "-a +b",
        "a AND (",
        "\0",
        "đất\0",
        "🏥",
        "\ud800",
        "[1 TO *]",
    ]
    + ["x" * 10_000, "đất " * 2_500, "a_b " * 5_000, "../../etc", "%s", "\\", "{}", "~2", "^9"],
)
def test_odd_text_is_answered(filled: SearchIndex, typed: str) -> None:
    filled.search(Query(typed))
    filled.search(Query(typed, filters={"theme": [typed]}))


_OPERATORS = [
    "-",
    '"',
    "“",
    ":",
    "..",
    " ",
    "modified:",
    "has:",
    "năm:",
    "theme:",
    "2025",
    "/",
    "đất",
]
_QUERIES = st.text(max_size=40) | st.lists(
    st.sampled_from(_OPERATORS) | st.text(max_size=4), max_size=20
).map("".join)


@given(_QUERIES, st.sampled_from(["relevance", "title"]), st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(filled: SearchIndex, typed: str, sort: str, typing: bool) -> None:
    found = filled.search(Query(typed, sort=sort, typing=typing, size=2))
    assert found.total <= len(ALL)
    if found.next:
        after = replace(Query(typed, sort=sort, typing=typing, size=2), after=found.next)
        assert not set(filled.search(after).ids) & set(found.ids)


def test_odd_documents_are_kept(empty: SearchIndex) -> None:
    empty.put(
        [
            {"id": "bare", "title": None},
            document("odd", 'a"b\0c 🏥 ' + "x" * 70_000, theme=["\0", "🏥", "", "y" * 70_000]),
        ]
    )
    assert empty.ids() == {"bare", "odd"}
    assert FacetCount("🏥", 1) in empty.search(Query()).facets["theme"]
