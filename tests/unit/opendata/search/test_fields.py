"""The table of fields, and what it makes of a document."""

from __future__ import annotations

from opendata.search import fields


def test_every_text_field_has_a_weight_and_three_forms() -> None:
    texts = (*fields.TEXT, *fields.LABELS)
    assert all(field.weight > 0 for field in texts)
    assert set(fields.forms({})) == {
        f.name + form for f in texts for form in ("_x", "_f", "_b")
    } | {fields.TITLE_PREFIXES}


def test_facets_and_sorts_are_those_people_may_choose() -> None:
    assert fields.FACETS[:4] == ("publisher", "theme", "format", "licence")
    assert fields.FACETS[-2:] == ("access", "column")
    assert set(fields.FILTERS) - set(fields.FACETS) == {"code_list", "key"}
    assert fields.SORTS == (
        "relevance", "modified", "metadata", "created", "title", "downloads",
    )  # fmt: skip


def test_forms_hold_both_languages_of_a_title() -> None:
    forms = fields.forms({"title": "Đường bộ", "title_en": "Roads"})
    assert forms["title_x"] == "đương\u0300 bộ".replace("ộ", "ô\u0323") + " roads"
    assert forms["title_f"] == "duong bo roads"


def test_bigrams_do_not_reach_from_one_value_into_the_next() -> None:
    forms = fields.forms({"keywords": ["bệnh viện", "y tế"]})
    assert forms["keywords_b"] == "benh_vien y_te"


def test_missing_and_empty_values_are_left_out() -> None:
    theme = next(field for field in fields.FIELDS if field.name == "theme")
    assert fields.values({}, theme) == []
    assert fields.values({"theme": ["", None, "land"]}, theme) == ["land"]
    assert fields.values({"theme": "land"}, theme) == ["land"]


def test_beginnings_of_the_words_of_a_title_are_terms() -> None:
    forms = fields.forms({"title": "Bệnh ở Bệnh"})
    assert forms["title_p"] == "b be ben benh o"
