"""Trees become clauses that parse nothing, and documents what their fields can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from opendata.search import elasticsearch_words as words
from opendata.search import fields, nodes, tree
from opendata.search.base import Query
from opendata.search.nodes import All, Best, Boost, Constant, Everything, Term

ALLOWED = {"range", "bool", "dis_max", "constant_score", "term", "match_all", "match_none"}
INSIDE = {"bool": ("must", "should"), "dis_max": ("queries",), "constant_score": ("filter",)}


def kinds(clause: dict[str, Any]) -> Iterator[str]:
    ((kind, body),) = clause.items()
    yield kind
    for name in INSIDE.get(kind, ()):
        inner = body.get(name, [])
        for each in inner if isinstance(inner, list) else [inner]:
            yield from kinds(each)


@pytest.mark.parametrize("typed", ["", "đất", "TP.HCM", 'title:* AND "a', "giá đất của các huyện"])
def test_only_clauses_that_parse_nothing_are_used(typed: str) -> None:
    query = Query(typed, filters={"theme": [typed or "land"]})
    assert set(kinds(words.query(tree.build(query)))) <= ALLOWED


def test_node_without_choices_matches_nothing() -> None:
    assert words.query(nodes.Any(())) == words.query(Best(())) == {"match_none": {}}


def test_nodes_keep_their_scores() -> None:
    term = {"term": {"title_f": {"value": "dat"}}}
    assert words.query(Boost(Term("title_f", "dat"), 3.0)) == {
        "bool": {"must": [term], "boost": 3.0}
    }
    assert words.query(Constant(Term("title_f", "dat"), 0.0)) == {
        "constant_score": {"filter": term, "boost": 0.0}
    }
    assert words.query(All((Everything(),), (Term("title_f", "dat"),))) == {
        "bool": {
            "must": [{"match_all": {"boost": 0.0}}],
            "should": [term],
            "minimum_should_match": 0,
        }
    }


def test_lone_surrogate_can_be_sent() -> None:
    assert words.query(Term("theme", "a\ud800")) == {"term": {"theme": {"value": "a?"}}}


def test_document_has_every_field_of_the_mapping() -> None:
    rendered = words.document({"id": "a", "title": "Đất", "theme": ["land"]})
    assert set(rendered) == set(words.mapping()["properties"])
    assert rendered["title_f"] == "dat"
    assert rendered["notes_f"] == fields.EMPTY
    assert (rendered["theme"], rendered["format"], rendered["version"]) == (["land"], [], 0)


def test_date_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="hôm qua"):
        words.document({"id": "a", "modified": "hôm qua"})
