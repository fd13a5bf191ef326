"""The table of fields, and what it makes of a document."""

from __future__ import annotations

from opendata.search import fields


def test_every_text_field_has_a_weight_and_three_forms() -> None:
    assert all(field.weight > 0 for field in fields.TEXT)
    assert len(fields.forms({})) == 3 * len(fields.TEXT)


def test_facets_and_sorts_are_those_people_may_choose() -> None:
    assert fields.FACETS == ("publisher", "theme", "format", "licence", "schema")
    assert fields.SORTS == ("relevance", "modified", "created", "title")


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
