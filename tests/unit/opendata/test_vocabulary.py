"""Every word has a sentence and an advice in both languages; a fact is no advice."""

from __future__ import annotations

import pytest

from opendata import vocabulary
from opendata.vocabulary import CHANGES, DECISIONS, PERSONAL, PROBLEMS, REASONS, ROLES, Word

LISTS = (REASONS, PROBLEMS, CHANGES, PERSONAL, DECISIONS, ROLES)
WORDS = [word for words in LISTS for word in words.values()]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.code)
def test_word_says_what_is_and_what_to_do(word: Word) -> None:
    for text in (word.vi, word.en, word.fix_vi, word.fix_en):
        assert text.endswith(".")
        assert text == text.strip()
        assert len(text) < 200
    assert word.vi != word.fix_vi
    assert word.en != word.fix_en


def test_sentence_and_advice_are_found_by_code() -> None:
    assert vocabulary.said("missing", "en").startswith("The source says there is nothing")
    assert "địa chỉ mới" in vocabulary.advice("missing", "vi")
    assert vocabulary.said("pattern", "vi") == "Giá trị không đúng mẫu quy định."


def test_unknown_code_is_a_fault_of_ours() -> None:
    assert vocabulary.said("no-such-code", "en") == REASONS["internal-error"].en


def test_word_of_both_lists_means_the_problem() -> None:
    assert vocabulary.said("bad-url", "en") == PROBLEMS["bad-url"].en
