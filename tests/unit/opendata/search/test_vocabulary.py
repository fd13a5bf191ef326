"""The words of the index: in memory, and in the database as the indexer keeps them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from opendata.database import SessionFactory
from opendata.search import word_table
from opendata.search.known import Known
from opendata.search.vocabulary import Vocabulary, of

DOCUMENTS = [
    {"id": "a", "title": "Bệnh viện", "keywords": ["viện phí"]},
    {"id": "b", "title": "Viện bảo tàng"},
]


def test_words_are_counted_once_a_document() -> None:
    assert of(DOCUMENTS)["vien"] == 2
    assert of(DOCUMENTS)["benh"] == 1


def test_words_one_slip_away_the_commonest_first() -> None:
    known = Vocabulary({"benh": 1, "binh": 9, "ben": 5, "behn": 2, "ban": 7})
    assert known.like("bnh", 9) == ["binh", "benh"]
    assert known.like("benh", 9) == ["binh", "ben", "behn"]
    assert known.like("be", 9) == known.like("b1nh", 9) == []


def test_words_that_begin_so() -> None:
    known = Vocabulary({"bao": 1, "baohiem": 3, "bat": 2, "cao": 9})
    assert known.beginning("ba", 2) == ["baohiem", "bat"]
    assert known.beginning("bao", 9) == ["baohiem"]
    assert known.beginning("z", 9) == []


def test_indexer_keeps_the_words_in_the_database(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        word_table.learn(session, DOCUMENTS[:1])
        word_table.learn(session, DOCUMENTS[1:])
        word_table.learn(session, [{"id": "c", "title": "x" * 60}])
    with sessions.begin() as session:
        known = word_table.load(session)
        assert "vien" in known
        assert "x" * 60 not in known
        word_table.replace(session, Counter({"khac": 1}))
    with sessions() as session:
        assert "vien" not in word_table.load(session)


def test_process_notices_new_words_and_own_ones(sessions: SessionFactory, tmp_path: Path) -> None:
    now = [0.0]
    known = Known(sessions, tmp_path / "lexicon.csv", clock=lambda: now[0])
    first = known.now()
    assert known.now() is first
    with sessions.begin() as session:
        word_table.learn(session, DOCUMENTS)
    assert known.now() is first
    now[0] = 31.0
    assert "vien" in (known.now().vocabulary or ())
    (tmp_path / "lexicon.csv").write_text("kind,variant,meaning\nsynonym,abc,bệnh\n", "utf-8")
    assert len(known.now().lexicon.entries) == len(first.lexicon.entries) + 1
    (tmp_path / "lexicon.csv").write_text("broken\n1\n", "utf-8")
    assert known.now().lexicon is first.lexicon
