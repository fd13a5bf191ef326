"""Folding a column is folding each of its texts."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.pipeline.table.fold import changing, fold, folded_word

TEXTS = st.lists(
    st.one_of(
        st.none(),
        st.text(
            st.characters(max_codepoint=0x1FFFF, exclude_categories=["Cs"], exclude_characters="\0")
        ),
        st.text("aAăÂĐđếỨỵ –²̣́"),
    )
)


@given(TEXTS)
def test_column_is_folded_as_its_texts_are(texts: list[str | None]) -> None:
    column = pa.array(texts, pa.string())
    wanted = [text if text is None else folded_word(text) for text in texts]
    assert fold(column).to_pylist() == wanted
    assert fold(column.dictionary_encode()).to_pylist() == wanted
    assert fold(pa.concat_arrays([pa.array(["Ầ"]), column])[1:]).to_pylist() == wanted


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Thừa Thiên Huế", "thua thien hue"),
        ("ĐÀ NẴNG", "da nang"),
        (unicodedata.normalize("NFD", "Quảng Ngãi"), "quang ngai"),
        ("m² – 5%", "m² – 5%"),
        ("", ""),
    ],
)
def test_letters_lose_marks_and_height(text: str, folded: str) -> None:
    assert folded_word(text) == folded


def test_only_columns_that_folding_changes_are_named() -> None:
    columns = {"ten": ["hue", "Huế"], "ma": ["01", None], "hoa": ["a", "B"], "so": [1, 2]}
    assert changing(pa.RecordBatch.from_pydict(columns)) == {"ten", "hoa"}
