"""The language of queries: what is an operator, what is a word, and where it ends."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.search import clauses, language, text, tree
from opendata.search.base import Query
from opendata.search.language import Clause
from opendata.search.nodes import All, Any, Best, Boost, Constant, Node, Not, Range, Term

_PIECES = [
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
    "đất",
    "\n",
]
TYPED = st.text(max_size=80) | st.lists(st.sampled_from(_PIECES), max_size=60).map("".join)


@pytest.mark.parametrize(
    ("typed", "words", "expected"),
    [
        ("giá đất", "giá đất", []),
        ('giá "bệnh viện" đất', "giá đất", [Clause("", "bệnh viện")]),
        ("-thuê đất", "đất", [Clause("", "thuê", is_without=True)]),
        ('-"bảng giá"', "", [Clause("", "bảng giá", is_without=True)]),
        ("-cột:x", "", [Clause("column", "x", is_without=True)]),
        ('Chủ-Đề:"y tế"', "", [Clause("theme", "y tế")]),
        (unicodedata.normalize("NFD", "cột:x"), "", [Clause("column", "x")]),
        ("năm:2020", "", [Clause("period", "2020")]),
        ("covid-19 2020 - 2021", "covid-19 2020 - 2021", []),
        ("https://example.vn 08:30", "https://example.vn 08:30", []),
        ("modified:hôm-qua has:?", "modified:hôm-qua has:?", []),
        ('colour:"đỏ tươi"', "colour", [Clause("", "đỏ tươi")]),
        ('"chưa đóng', "chưa đóng", []),
        ('-"" "?" -?', '-"" "?" -?', []),
        ("a -b -b", "a", [Clause("", "b", is_without=True)]),
    ],
)
def test_query_is_taken_apart(typed: str, words: str, expected: list[Clause]) -> None:
    asked = language.read(typed)
    assert (asked.words, list(asked.clauses)) == (words, expected)
    assert not asked.is_cut


@pytest.mark.parametrize(
    "typed",
    ["a" * 1_001, "đất " * 33, "-a -b -c -d -e -f -g -h -i -j -k -l -m -n -o -p -q"]
    + ['"' + "đất " * 20 + '" -"' + "giá " * 20 + '"'],
)
def test_what_is_too_long_is_cut_and_told(typed: str) -> None:
    assert language.read(typed).is_cut
    assert terms(tree.build(Query(typed))) < 1_000


@given(TYPED)
def test_no_word_is_lost_and_none_is_made_up(typed: str) -> None:
    asked = language.read(typed)
    told = [*text.analyse(asked.words), *(t for c in asked.clauses for t in text.analyse(c.value))]
    known = {token.folded for token in text.analyse(unicodedata.normalize("NFC", typed))}
    # A number may be written over the border of two pieces; its digits are there.
    assert all(token.folded in known or any(c.isdigit() for c in token.folded) for token in told)


@given(TYPED, st.booleans())
def test_tree_of_any_text_is_bounded(typed: str, typing: bool) -> None:
    assert terms(tree.build(Query(typed * 20, typing=typing))) < 1_000


def terms(node: Node) -> int:
    match node:
        case Term() | Range():
            return 1
        case Boost(inner) | Constant(inner) | Not(inner):
            return terms(inner)
        case Best(nodes) | Any(nodes):
            return sum(map(terms, nodes))
        case All(must, should):
            return sum(map(terms, (*must, *should)))
        case _:
            return 0


def test_phrase_needs_its_pairs_and_its_marks() -> None:
    node = clauses.node(Clause("title", "thuế đất Ha Noi"))
    assert node == Any(
        (
            Best(
                (
                    Boost(
                        All(
                            (
                                Term("title_b", "thue_dat"),
                                Term("title_b", "dat_ha"),
                                Term("title_b", "ha_noi"),
                                Term("title_x", text.exact("thuế")),
                                Term("title_x", text.exact("đất")),
                            )
                        ),
                        3.0,
                    ),
                )
            ),
        )
    )


def test_conditions_on_metadata_score_nothing() -> None:
    assert clauses.node(Clause("period", "2019..")) == Constant(Range("period_at", 2019, None), 0.0)
    assert isinstance(clauses.node(Clause("licence", "x")), Constant)
    assert isinstance(clauses.node(Clause("has", "x", is_without=True)), Not)
