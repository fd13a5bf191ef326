"""What looks like personal data and what does not; all numbers and names are invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.pipeline.table.personal import PersonalWatch
from opendata.pipeline.tables import Column, PersonalFinding
from opendata.vocabulary import PERSONAL

Table = Mapping[str, Sequence[str | None]]


def column(header: str, kind: str = "string") -> Column:
    return Column(header, header, header, kind)


def watch(
    table: Table, allowed: Mapping[str, Sequence[str]] | None = None, **kinds: str
) -> PersonalWatch:
    made = PersonalWatch([column(name, kinds.get(name, "string")) for name in table], allowed)
    made.add([pa.array(cells, pa.string()) for cells in table.values()])
    return made


def found(table: Table, **kinds: str) -> dict[str, int]:
    return {finding.code: finding.count for finding in watch(table, **kinds).findings()}


@pytest.mark.parametrize(
    "cell",
    [
        "079201001234",
        "001085012345",
        "079 201 001 234",
        "079.201.001.234",
        "079201 001234",
        "Ông A, CCCD 079201001234 cấp năm 2021",
        "CCCD:079201001234;",
        "(079201001234)",
    ],
)
def test_citizen_number_counts_wherever_it_stands(cell: str) -> None:
    assert found({"ghi_chu": ["không", None, cell]}) == {"citizen-number": 1}


@pytest.mark.parametrize(
    "cell",
    [
        "003201001234",  # no such province
        "079901001234",  # born in a century to come
        "079299001234",  # born in a year to come
        "001000000001",  # a running number: nobody was born in 1900
        "202401150830",  # a time
        "105.079201001234",  # a decimal
        "0,079201001234",
        "A079201001234",
        "079201001234B",
        "079201001234567890123",
        "https://example.vn/?id=079201001234",
        "79.201.001.234",  # money
        "21.028511, 105.804817",
        "01/07/2025 08:30:00",
        "Số 12, ngõ 34, đường 3/2, quận 10, 700000",
        "8936000123457",  # a bar code
        "H29.01.05",
        "",
    ],
)
def test_other_numbers_are_no_citizen_numbers(cell: str) -> None:
    assert found({"ghi_chu": [cell, "không", None]}) == {}


@pytest.mark.parametrize(
    "cell",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "091 234 56 78",
        "+84912345678",
        "+84 912 345 678",
        "84912345678",
        "ĐT: 0912345678 / 0987654321",
        "Liên hệ 0356789012.",
    ],
)
def test_mobile_telephone_counts_wherever_it_stands(cell: str) -> None:
    assert found({"ghi_chu": ["không", cell]}) == {"phone": 1}


@pytest.mark.parametrize(
    "cell",
    [
        "0112345678",  # no such prefix
        "09-12-2024 08:30",
        "0.912345678",
        "0900000002",  # with the check digit of a tax code
        "2024-09-12",
        "1.234.567.890",
        "0912345678@example",
        "IMG0912345678",
        "024 3825 1234",  # an office
        "1900 1234",
    ],
)
def test_other_numbers_are_no_telephones(cell: str) -> None:
    assert found({"ghi_chu": ["không", cell]}) == {}


@pytest.mark.parametrize(
    "cell", ["4111111111111111", "4111 1111 1111 1111", "5555555555554444", "378282246310005"]
)
def test_bank_card_counts(cell: str) -> None:
    assert found({"ghi_chu": [cell]}) == {"bank-card": 1}


@pytest.mark.parametrize(
    "cell", ["4111111111111112", "1234567812345670", "9704 0000 0000 0001", "4111 1111"]
)
def test_other_long_numbers_are_no_bank_cards(cell: str) -> None:
    assert found({"ghi_chu": [cell]}) == {}


@pytest.mark.parametrize("cell", ["an.nguyen1@gmail.com", "Gửi b_tran@congty.com.vn nhé"])
def test_mail_of_a_person_counts(cell: str) -> None:
    assert found({"email": [cell, None]}) == {"email": 1}


@pytest.mark.parametrize(
    "cell", ["soyte@hanoi.gov.vn", "info@congty.vn", "vanthu@truong.edu.vn", "@handle", "a @ b"]
)
def test_mail_of_an_office_counts_only_beside_persons(cell: str) -> None:
    assert found({"email": [cell]}) == {}
    is_mail = "." in cell
    beside = found({"họ và tên": ["Người Mẫu"], "email": [cell]})
    assert beside == ({"email": 1} if is_mail else {})


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("Số CMND", "012345678", "old-id-card"),
        ("so_cmnd", "012 345 678", "old-id-card"),
        ("Số CMND/CCCD", "079201001234", "citizen-number"),
        ("Số hộ chiếu", "B1234567", "passport"),
        ("Passport No", "C12345678", "passport"),
        ("Mã số BHXH", "7912345678", "social-insurance"),
        ("Điện thoại di động", "0912345678", "phone"),
        ("SĐT", "912345678", "phone"),
        ("Số CCCD", "79201001234", "citizen-number"),
    ],
)
def test_number_without_a_form_counts_where_the_header_names_it(
    header: str, cell: str, code: str
) -> None:
    assert found({header: [cell]}) == {code: 1}
    assert code in {"citizen-number", "phone"} or found({"so_luong": [cell]}) == {}


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("ma_so_thue", ["0312345678", "0912345678", "0987654321"]),
        ("Mã số doanh nghiệp", ["0912345678"]),
        ("Mã hồ sơ", ["0912345678"]),
        ("Đường dây nóng", ["0912345678", "0987654321"]),
        ("Fax", ["02438251234"]),
        ("Điện thoại", ["02438251234", "(0236) 3822 123"]),
        ("Mã xã", ["00001", "00004"]),
        ("Số CMND đã cấp", ["15234", "20110"]),
        ("Người tham gia BHXH", ["1250000"]),
        ("Mã vạch", ["8936000123457", "4006381333931"]),
        ("vi_do", ["21.028511", "10.823099"]),
        ("Ngày sinh", ["01/02/1990"]),
        ("Họ và tên", ["Người Mẫu Một"]),
    ],
)
def test_column_of_something_else_is_none(header: str, cells: list[str]) -> None:
    assert found({header: cells}) == {}


def test_chance_hits_in_a_column_of_codes_do_not_count() -> None:
    codes = [f"{number:012}" for number in range(79_201_001_234, 79_901_001_234, 7_000_003)]
    assert found({"so": codes}) == {}


def test_column_of_tax_codes_is_no_column_of_telephones() -> None:
    codes = ["0900000002", "0900000034", "0900000041"]
    assert found({"so": codes}) == {}


def test_integers_need_many_cells() -> None:
    few, many = ["79201001234"] * 3, [f"79201{number:06}" for number in range(30)]
    assert found({"so": few}, so="integer") == {}
    assert found({"so": many}, so="integer") == {"citizen-number": 30}
    amounts = [str(10_000_000_000 + 1_234_567_890 * number) for number in range(40)]
    assert found({"so": amounts}, so="integer") == {}


def test_values_may_come_typed() -> None:
    made = PersonalWatch([column("Số CMND", "integer"), column("x", "integer")])
    made.add([pa.array([123456789, None]), pa.array([1, 2])])
    assert [(f.code, f.count) for f in made.findings()] == [("old-id-card", 1)]


def test_office_telephone_counts_beside_persons() -> None:
    table = {"Họ và tên": ["Người Mẫu"], "Điện thoại": ["02438251234"]}
    assert found(table) == {"phone": 1}


def test_names_with_dates_of_birth_are_told_by_two_headers() -> None:
    table = {
        "Họ và tên": ["Người Mẫu Một", "Người Mẫu Hai", None],
        "Ngày sinh": ["01/02/1990", None, "03/04/1991"],
    }
    findings = watch(table, **{"Ngày sinh": "date"}).findings()
    assert findings == (PersonalFinding("name-and-birth", "Họ và tên, Ngày sinh", 1, ("N***",)),)
    assert found({"Họ và tên": ["Người Mẫu"], "Năm sinh": ["1990"]}) == {}


def test_address_beside_a_name_is_a_home_unless_an_organisation_is_named() -> None:
    person = {"Họ tên": ["Người Mẫu"], "Địa chỉ": ["Số 1, phố Mẫu"]}
    assert found(person) == {"name-and-address": 1}
    assert found({**person, "Tên cơ sở": ["Nhà thuốc Mẫu"]}) == {}
    assert found({"Họ tên": ["Người Mẫu"], "Địa chỉ": ["Hà Nội"]}) == {}
    assert found({"Họ tên": ["Người Mẫu"], "Địa chỉ hành nghề": ["Số 1, phố Mẫu"]}) == {}


def test_samples_are_masked_and_few() -> None:
    table = {
        "ghi_chu": ["079201001212"] * 5,
        "sdt": ["0912345621"] * 5,
        "email": ["nguyen@gmail.com"] * 5,
    }
    samples = {finding.code: finding.samples for finding in watch(table).findings()}
    assert samples == {
        "citizen-number": ("079*******12",) * 3,
        "phone": ("09******21",) * 3,
        "email": ("n***@g***.com",) * 3,
    }


def test_allowed_kinds_are_said_to_be() -> None:
    table = {"dien_thoai": ["0912345678"], "nguoi_lien_he": ["0912345678"]}
    findings = watch(table, {"dien_thoai": ("phone",)}).findings()
    assert [(f.column, f.is_allowed) for f in findings] == [
        ("dien_thoai", True),
        ("nguoi_lien_he", False),
    ]


def test_file_without_header_does_not_tell_its_first_row() -> None:
    findings = watch({"079201001234": ["079201005678"], "x": ["1"]}).findings()
    assert [(f.code, f.column) for f in findings] == [
        ("citizen-number", "column_1"),
        ("citizen-number", ""),
    ]


def test_cells_outside_the_columns_count() -> None:
    made = watch({"x": ["1"]})
    made.add_cells(["Người lập: 0912345678", None])
    assert [(f.code, f.column, f.count) for f in made.findings()] == [("phone", "", 1)]


@pytest.mark.parametrize(
    ("cells", "is_clean"),
    [
        (("Xã Mẫu", "12", None), True),
        (("079201001234", "12", None), False),
        (("Xã Mẫu", "x079201001234", "0912345678"), True),
        (("Xã Mẫu", "0912345678", None), False),
        (("Xã Mẫu", "12"), True),
        (("Xã Mẫu", "12", None, "gọi 0912345678"), False),
    ],
)
def test_row_is_clean_when_no_cell_has_a_form(
    cells: tuple[str | None, ...], is_clean: bool
) -> None:
    made = watch({"ten": [], "so": [], "dien_thoai": []}, {"dien_thoai": ("phone",)})
    assert made.are_clean([cells]) == [is_clean]
    assert made.are_clean([("Xã Mẫu", "12", None), cells]) == [True, is_clean]


def test_row_that_names_a_person_and_a_birthday_is_not_clean() -> None:
    made = watch({"Họ tên": [], "Ngày sinh": []})
    rows = [
        ("Người Mẫu", "32/13/1990"),
        (None, "32/13/1990"),
        ("Người Mẫu", "32/13/1990", "thừa"),
    ]
    assert made.are_clean(rows) == [False, True, False]


def test_numbers_do_not_cross_from_cell_to_cell() -> None:
    assert found({"x": ["079201", "001234", "0912", "345678", "09", "12345678 "] * 9}) == {}


def test_parts_of_arrays_are_read_as_they_are() -> None:
    made = PersonalWatch([column("x")])
    whole = pa.array(["a", "0912345678", None, "0987654321", "b"])
    made.add([whole[2:4]])
    assert [(f.code, f.count) for f in made.findings()] == [("phone", 1)]


def test_build_tells_findings_and_keeps_values_of_rows_that_are_not_clean(build) -> None:
    rows = "1,Xã Mẫu\nx,Xã Mẫu\ny,gọi 0912345678\n4,thừa,0987654321\n"
    fields = [{"name": "so", "type": "integer"}, {"name": "ten"}]
    table = build(f"so,ten\n{rows}", fields=fields).table
    assert [(p.row, p.code, p.value) for p in table.samples] == [
        (2, "type", "x"),
        (3, "type", ""),
        (4, "row-width", ""),
    ]
    assert [(f.code, f.column, f.count) for f in table.personal] == [
        ("phone", "ten", 1),
        ("phone", "", 1),
    ]


def test_cell_that_does_not_fit_a_date_is_looked_at(build) -> None:
    fields = [{"name": "ngay", "type": "date"}, {"name": "ten"}]
    table = build("ngay,ten\n2024-01-15,a\n079201001234,b\n", fields=fields).table
    assert [(f.code, f.column, f.count) for f in table.personal] == [("citizen-number", "ngay", 1)]


def test_text_in_a_column_of_integers_is_looked_at_as_text(build) -> None:
    fields = [{"name": "so", "type": "integer"}, {"name": "ten"}]
    table = build("so,ten\n1,a\nan.b@gmail.com,b\ngọi 0912345678,c\n", fields=fields).table
    assert [(f.code, f.column, f.count) for f in table.personal] == [
        ("phone", "so", 1),
        ("email", "so", 1),
    ]


def test_schema_says_what_may_be_public(build) -> None:
    fields = [{"name": "ten"}, {"name": "dien_thoai", "vn:personal": ["phone"]}]
    table = build("ten,dien_thoai\na,0912345678\n", fields=fields).table
    assert [(f.code, f.is_allowed) for f in table.personal] == [("phone", True)]


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(max_size=30),
            st.text("0123456789 .-+()/@a,đ", max_size=40),
            st.from_regex(r"\A0[0-9]{8,12}\Z"),
        ),
        max_size=40,
    )
)
def test_any_cells_are_fine(cells: list[str | None]) -> None:
    made = watch({"Số CMND": cells, "ghi_chu": cells, "Họ tên": cells, "Ngày sinh": cells})
    assert all(finding.code in PERSONAL for finding in made.findings())
    for cell, is_clean in zip(cells, made.are_clean([[cell] * 4 for cell in cells]), strict=True):
        assert made.are_clean([[cell] * 4]) == [is_clean]
        assert not is_clean or not watch({"ghi_chu": [cell]}).findings()
