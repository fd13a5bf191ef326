"""The tree of a query: what must match, what adds score, and that no text slips through."""

from __future__ import annotations

import pytest

from opendata.search import language, tree
from opendata.search.base import Query
from opendata.search.nodes import All, Any, Best, Boost, Constant, Everything, Term


def required(text: str) -> tuple[int, int]:
    """Return how many words of a query must match, and how many there are."""
    root = tree.build(Query(text))
    assert isinstance(root, All)
    words = root.must[0]
    assert isinstance(words, Any)
    return words.minimum, len(words.nodes)


def test_no_words_match_everything() -> None:
    assert tree.build(Query(" ?! ")) == All((Everything(),))


def anywhere(word: str, factor: float = 1.0, form: str = "_f") -> Best:
    """Return the node of one token in all fields."""
    weights = {"title": 3.0, "keywords": 2.0, "publisher_name": 1.2, "notes": 1.0, "columns": 0.8}
    return Best(tuple(Boost(Term(f + form, word), w * factor) for f, w in weights.items()), 0.2)


def test_word_without_marks_is_sought_in_its_folded_form() -> None:
    root = tree.build(Query("duong"))
    assert root == All((Any((anywhere("duong"),), 1),), (Constant(Term("province", "vn"), 10.0),))


def test_marks_add_score_and_are_not_required() -> None:
    root = tree.build(Query("đường"))
    assert isinstance(root, All)
    assert isinstance(root.must[0], Any)
    word = root.must[0].nodes[0]
    assert isinstance(word, All)
    assert len(word.must) == len(word.should) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("một", (1, 1)),
        ("một hai", (2, 2)),
        ("một hai ba", (3, 3)),
        ("một hai ba bốn", (3, 4)),
        ("một hai ba bốn năm", (4, 5)),
        ("dân số của tỉnh", (3, 3)),
        ("kho A.B.C", (2, 2)),
    ],
)
def test_short_queries_must_match_whole_and_long_ones_to_three_quarters(
    text: str, expected: tuple[int, int]
) -> None:
    assert required(text) == expected


def test_neighbours_add_score() -> None:
    root = tree.build(Query("đường tỉnh lộ"))
    assert isinstance(root, All)
    pairs = [node.nodes[0] for node in root.should if isinstance(node, Best)]
    assert pairs == [
        Boost(Term("title_b", "duong_tinh"), 4.5),
        Boost(Term("title_b", "tinh_lo"), 4.5),
    ]


def test_filter_scores_nothing() -> None:
    root = tree.build(Query(filters={"theme": ["land", "health"]}))
    assert root == All(
        (
            Everything(),
            Constant(Any((Term("theme", "land"), Term("theme", "health"))), 0.0),
        )
    )
    left_out = tree.build(Query(filters={"theme": ["land"]}), leave_out="theme")
    assert left_out == All((Everything(),))


def test_long_text_is_cut() -> None:
    assert required("từ " * 1_000)[1] == language.MAX_WORDS


def test_relevance_without_words_is_newest_first() -> None:
    assert tree.order(Query("")) == "modified"
    assert tree.order(Query("đất")) == "relevance"
    assert tree.order(Query("", sort="title")) == "title"
