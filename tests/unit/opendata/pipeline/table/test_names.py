from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opendata.pipeline.table import names
from opendata.pipeline.tables import Column


def test_names_are_tidied_filled_and_numbered() -> None:
    headers = ["  Ma\u0303  số\n", "", "a", "a", "a_2", ""]
    assert names.unique_names(headers) == ("Mã số", "column_2", "a", "a_3", "a_2", "column_6")


def test_aliases_are_ascii_and_unique() -> None:
    found = names.aliases(["Tên Đơn vị", "ten-don-vi", "Diện tích (km²)", "%"])
    assert found == ("ten_don_vi", "ten_don_vi_2", "dien_tich_km", "column_4")


def test_what_nobody_sees_and_what_is_too_long_is_no_name() -> None:
    headers = ["\ufeffMã\u200b", "a\u202eb\x01\x9fc", "x" * 10_000, "x" * 10_000]
    first, second, third, fourth = names.unique_names(headers)
    assert (first, second) == ("Mã", "abc")
    assert third == "x" * names.MAX_NAME
    assert fourth == f"{third}_2"
    assert all(len(alias) < names.MAX_NAME for alias in names.aliases([third, fourth]))


@given(st.lists(st.sampled_from(["a", "A", "a_2", "a_2_2", "", "column_1", " a "]), max_size=9))
def test_names_never_collide(headers: list[str]) -> None:
    chosen = names.unique_names(headers)
    assert len(set(chosen)) == len(headers)
    assert len(set(names.aliases(chosen))) == len(headers)


def test_field_of_a_column_tells_what_is_known_of_it() -> None:
    column = Column("Tỷ lệ", "ty_le", " Tỷ lệ ", "number", unit="%", role="value")
    assert names.metadata(column) == {
        "header": " Tỷ lệ ",
        "alias": "ty_le",
        "unit": "%",
        "role": "value",
    }
