"""The rules of Vietnamese text, one test each."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.search import text
from opendata.search.text import analyse, exact, folded, sort_key

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
MARKED = "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâeêioôơuưy"
    for tone in "\u0300\u0309\u0303\u0301\u0323"
)
words = st.text(VIETNAMESE + MARKED + " -/&.,\t\n", max_size=60)
without_digits = st.text(st.characters(exclude_categories=["N", "Cs"]), max_size=60)


def nfd(value: str) -> str:
    return unicodedata.normalize("NFD", value)


@pytest.mark.parametrize("written", ["Bệnh viện Đắk Lắk", "ĐƯỜNG SẮT", "giá cả hàng hoá"])
def test_decomposed_text_gives_the_same_tokens(written: str) -> None:
    assert analyse(nfd(written)) == analyse(written)


def test_zero_width_characters_vanish_and_full_width_ones_become_plain() -> None:
    assert folded("bệ\u200bnh\ufeff vi\u00adện") == "benh vien"
    assert folded("ＡＢＣ　１２") == "abc 12"


@pytest.mark.parametrize(
    ("old", "new"),
    [("hòa", "hoà"), ("thúy", "thuý"), ("khỏe", "khoẻ"), ("ủy ban", "uỷ ban"), ("Hòa", "HOÀ")],
)
def test_tone_placement_does_not_matter(old: str, new: str) -> None:
    assert exact(old) == exact(new)


def test_tone_goes_to_the_end_of_the_syllable() -> None:
    assert exact("hoàn") == "hoan\u0300"


def test_different_tones_and_vowels_stay_different() -> None:
    assert exact("đường") != exact("dưỡng")
    assert exact("thuế") != exact("thuê")
    assert folded("thuế") == folded("thuê") == "thue"


@pytest.mark.parametrize(
    ("with_y", "with_i"), [("kỹ", "kĩ"), ("lý", "lí"), ("tỷ", "tỉ"), ("quý", "quí"), ("Mỹ", "mĩ")]
)
def test_y_after_one_consonant_is_i(with_y: str, with_i: str) -> None:
    assert analyse(with_y) == analyse(with_i)


@pytest.mark.parametrize(("one", "other"), [("tay", "tai"), ("thuy", "thui"), ("thuý", "thúi")])
def test_y_elsewhere_is_another_letter(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_y_alone_is_left_alone() -> None:
    assert folded("y tế") == "y te"


@pytest.mark.parametrize("first", ["Đ", "đ", "Ð", "ð", "Ɖ"])
def test_letters_that_look_like_d_with_stroke_are_one(first: str) -> None:
    assert exact(f"{first}ắk Lắk") == exact("đắk lắk")
    assert folded(f"{first}ắk Lắk") == "dak lak"


def test_every_vietnamese_letter_folds_to_ascii() -> None:
    assert folded(VIETNAMESE + MARKED).isascii()


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("01/07/2025", "20250701 2025"),
        ("1.7.2025", "20250701 2025"),
        ("ngày 1-7-2025.", "ngay 20250701 2025"),
        ("2025-07-01", "20250701 2025"),
        ("31/02/2025", "31 02 2025"),
        ("1.234,5 tỷ", "1234.5 ti"),
        ("1.234.567", "1234567"),
        ("0,5", "0.5"),
        ("3.14", "3.14"),
        ("47/2020/NĐ-CP", "47 2020 nd cp"),
        ("192.168.1.100", "192 168 1 100"),
        ("2021-2025", "2021 2025"),
    ],
)
def test_dates_and_numbers_have_one_form(written: str, tokens: str) -> None:
    assert folded(written) == tokens


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("TP.HCM", "tp hcm tphcm"),
        ("KH&ĐT", "kh dt khdt"),
        ("ubnd_tỉnh", "ubnd tinh"),
        ("kinh tế/xã hội", "kinh te xa hoi"),
        ("data.gov.vn!", "data gov vn"),
        ("Hết câu.Câu sau", "het cau cau caucau sau"),
    ],
)
def test_joined_words_come_apart_and_acronyms_also_stay_whole(written: str, tokens: str) -> None:
    assert folded(written) == tokens


def test_glued_acronym_says_how_many_tokens_it_repeats() -> None:
    assert [token.glued for token in analyse("TP.HCM năm")] == [0, 0, 2, 0]


def test_bigrams_join_neighbours_and_skip_glued_acronyms() -> None:
    assert text.bigrams(analyse("TP.HCM năm")) == ["tp_hcm", "hcm_nam"]
    assert text.bigrams(analyse("một")) == []


def test_bigrams_leave_out_pairs_with_given_words() -> None:
    tokens = analyse("dân số của tỉnh Lào Cai")
    assert text.bigrams(tokens, without=tokens[2:3]) == ["dan_so", "tinh_lao", "lao_cai"]


def test_acronym_is_one_word_with_its_parts() -> None:
    groups = text.words(analyse("sở KH&ĐT Huế"))
    assert [[token.folded for token in group] for group in groups] == [
        ["so"],
        ["kh", "dt", "khdt"],
        ["hue"],
    ]


def kept(query: str) -> list[str]:
    tokens = analyse(query)
    return [token.folded for token in tokens if token not in text.stop_words(tokens)]


def test_stop_word_in_its_own_spelling_is_left_out() -> None:
    assert kept("dân số của tỉnh") == ["dan", "so", "tinh"]


def test_word_that_only_folds_like_a_stop_word_stays() -> None:
    assert kept("chợ") == ["cho"]
    assert kept("cỏ dại") == ["co", "dai"]


def test_stop_word_without_marks_stays_in_a_query_without_marks() -> None:
    assert kept("cho ben thanh") == ["cho", "ben", "thanh"]
    assert kept("tiêm phòng cho chó") == ["tiem", "phong", "cho"]


def test_query_of_stop_words_alone_stays_whole() -> None:
    assert kept("của các") == ["cua", "cac"]


def test_titles_sort_as_in_a_vietnamese_dictionary() -> None:
    expected = ["01 an", "An", "Áo", "Ăn", "Ân", "Bà", "Da", "Đa", "Em", "Êm", "Ong", "Ông", "Ơn"]
    expected += ["Ung", "Ưng", "Y tế", "Zê"]
    assert sorted(set(expected), key=sort_key) == expected


def test_tones_sort_after_letters_in_their_own_order() -> None:
    expected = ["ma", "mà", "mả", "mã", "má", "mạ", "ma quỷ", "mai"]
    assert sorted(set(expected), key=sort_key) == expected


def test_case_and_punctuation_do_not_change_the_sort_key() -> None:
    assert sort_key("“Đất, đai”") == sort_key("ĐẤT ĐAI")


@given(st.text())
def test_sort_key_is_made_of_digits_and_stays_short(value: str) -> None:
    key = sort_key(value)
    assert key.isascii()
    assert key.isdigit()
    assert len(key) < 2_100


@given(words)
def test_sort_key_of_decomposed_text_is_the_same(value: str) -> None:
    assert sort_key(nfd(value)) == sort_key(value)


@given(st.text())
def test_any_text_gives_tokens_without_white_space(value: str) -> None:
    for token in analyse(value):
        assert token.exact.split() == [token.exact]
        assert token.folded.split() == [token.folded]


@given(without_digits)
def test_normal_form_of_a_normal_form_is_itself(value: str) -> None:
    assert exact(exact(value)) == exact(value)
    assert folded(folded(value)) == folded(value)


@given(st.text())
def test_composed_and_decomposed_text_agree(value: str) -> None:
    assert analyse(nfd(value)) == analyse(unicodedata.normalize("NFC", value))


@given(words)
def test_case_does_not_matter(value: str) -> None:
    assert analyse(value.upper()) == analyse(value)
