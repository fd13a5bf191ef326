"""What a person means by the words of a query."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.search import understood
from opendata.search.base import Query
from opendata.search.knowledge import Knowledge, published
from opendata.search.understand import InPlace, OfAgency, Phrase, Word, literally, understand
from opendata.search.vocabulary import Vocabulary

WORDS = (
    "benh vien phong chay chua luong mua gia dat nha thuoc da nang binh dinh ho chi minh thuy thue "
    "bao hiem xa hoi ha noi nam giay phep lai xe tuyen buyt data"
)


@pytest.fixture
def known() -> Knowledge:
    """The published lists, and an index with few words."""
    return replace(published(), vocabulary=Vocabulary(dict.fromkeys(WORDS.split(), 5)))


def told(typed: str, known: Knowledge) -> list[str]:
    """Return each part as its class and folded words."""
    return [
        f"{type(part).__name__} {' '.join(t.folded for t in part.tokens if not t.glued)}"
        for part in understand(typed, known).parts
    ]


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("phongf cháy", ["Word phong", "Word chay"]),
        ("luowngj muwa ddaf nawngx", ["Word luong", "Word mua", "InPlace da nang"]),
        ("giá đất bình đnnh", ["Word gia", "Word dat", "InPlace binh dnnh"]),
        ("giá đất thành phố hồ chí mih", ["Word gia", "Word dat", "InPlace thanh pho ho chi mih"]),
        ("giá đất hà n", ["Word gia", "Word dat", "InPlace ha n"]),
        ("Sở GTVT Đà Nẵng", ["OfAgency so gtvt", "InPlace da nang"]),
        ("nhà thương Huế", ["Phrase nha thuong", "InPlace hue"]),
        ("DN TP.HCM", ["Phrase dn", "InPlace tp hcm"]),
        ("A.B.C data", ["Word a b c", "Word data"]),
        ("", []),
    ],
)
def test_parts_of_a_query(typed: str, parts: list[str], known: Knowledge) -> None:
    assert told(typed, known) == parts


def test_slip_is_corrected_only_where_no_document_has_the_word(known: Knowledge) -> None:
    (word,) = understand("bnh dat", known).parts[:1]
    assert isinstance(word, Word)
    assert word.slips == ("benh", "binh")
    (word,) = understand("dat gia", known).parts[:1]
    assert isinstance(word, Word)
    assert word.slips == ()


def test_last_word_may_not_be_finished(known: Knowledge) -> None:
    *_, last = understand("tuyến xe buý", known).parts
    assert isinstance(last, Word)
    assert last.endings == ("buyt",)


def test_unfinished_place_may_be_several(known: Knowledge) -> None:
    *_, place = understand("giá đất hà n", known).parts
    assert isinstance(place, InPlace)
    assert {found.name for found in place.places} == {"Hà Nội", "Hà Nam"}
    assert not place.is_finished


def test_renamed_agency_brings_its_successor(known: Knowledge) -> None:
    (agency,) = understand("Sở NN&PTNT", known).parts
    assert isinstance(agency, OfAgency)
    assert " ".join(agency.agency.successors[0]) == "so nong nghiep va moi truong"


def test_meaning_keeps_its_marks(known: Knowledge) -> None:
    (phrase,) = understand("tax", known).parts
    assert isinstance(phrase, Phrase)
    assert phrase.meanings[0][0].exact == "thuê\u0301"


def test_literal_words_are_taken_as_typed(known: Knowledge) -> None:
    parts = literally("nhà thương đà nẵng bnh", known).parts
    assert all(isinstance(part, Word) and not part.slips for part in parts)
    assert len(parts) == 5


def test_people_are_told_and_can_undo(known: Knowledge) -> None:
    query = Query("giá  đất Bến Tre format:csv", knowledge=known)
    (note,) = understood.of(query).notes
    assert (note.kind, note.without) == ("place", "giá đất format:csv")
    assert note.label == {
        "vi": "Bến Tre (nay thuộc Vĩnh Long)",
        "en": "Bến Tre (now part of Vĩnh Long)",
    }


def test_correction_is_told_in_the_text_that_was_typed(known: Knowledge) -> None:
    assert understood.of(Query("Beenhj  viejen!", knowledge=known)).corrected == "bệnh  viện!"
    assert understood.of(Query("giá đất", knowledge=known)).corrected == ""
    literal = Query("beenhj", knowledge=known, literal=True)
    assert understood.of(literal).corrected == ""


def test_meanings_are_hits_beside_what_was_typed(known: Knowledge) -> None:
    assert understood.of(Query("nhà thương", knowledge=known)).also >= {"benh", "vien"}


@given(st.text(max_size=60))
def test_any_text_is_understood(typed: str) -> None:
    known = replace(published(), vocabulary=Vocabulary({"benh": 1, "vien": 1}))
    query = Query(typed, knowledge=known)
    assert understood.parts(query) is not None
    assert understood.of(query) is not None
