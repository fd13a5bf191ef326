from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("so", ["1", "", "-2"], "integer"),
        ("so", ["1", "2.5"], "number"),
        ("so", ["2.5", "1"], "number"),
        ("so", ["1", "x"], "string"),
        ("so", ["1,5", "2,5"], "number"),
        ("tinh", ["01", "10"], "string"),
        ("tinh", ["10", "01"], "string"),
        ("he_so", ["0.5", "0"], "number"),
        ("so_the", ["1234567890123456", "1"], "string"),
        ("goi", ["+84901234567", "+84901234568"], "string"),
        ("Mã số thuế", ["101", "102"], "string"),
        ("Điện thoại", ["901234567"], "string"),
        ("zip code", ["10000"], "string"),
        ("dân số", ["587.100", "12.345"], "string"),
        ("dân số", ["587.100", "0"], "string"),
        ("điểm", ["6.157", "12.3"], "number"),
        ("điểm", ["6.157", "0.250"], "number"),
        ("điểm", ["6.157", "1500"], "number"),
        ("điểm", ["1500", "6.157"], "number"),
        ("la", ["true", "FALSE"], "boolean"),
        ("la", ["Có", "không"], "boolean"),
        ("ngay", ["2021-02-28", ""], "date"),
        ("ngay", ["28/02/2021", "1/3/2021"], "date"),
        ("ngay", ["2021-02-28", "2021-02-30"], "string"),
        ("ngay", ["2021-02-28", "28/02/2021"], "string"),
        ("luc", ["2021-02-28T10:00:00", "2021-02-28"], "datetime"),
        ("luc", ["2021-02-28", "2021-02-28 10:00"], "datetime"),
        ("luc", ["2021-02-28T10:00:00Z", "2021-02-28T10:00:00+07:00"], "datetime"),
        ("luc", ["2021-02-28T10:00:00Z", "2021-02-28T10:00:00"], "string"),
        ("trong", ["", ""], "string"),
        ("la", ["nan", "1"], "string"),
    ],
)
def test_type_is_learned_from_every_value(build, header: str, cells: list[str], kind: str) -> None:
    built = build(f"{header};ghi_chu\n" + "".join(f"{cell};x\n" for cell in cells))
    assert built.types[header] == kind
    assert built.table.rows_accepted == len(cells)
    assert built.table.schema == "learned"


def test_one_late_value_makes_the_column_text(build) -> None:
    rows = "".join(f"{n},{n}\n" for n in range(200_000))
    built = build(f"a,b\n{rows}nhiều,1\n")
    assert built.types == {"a": "string", "b": "integer"}
    assert built.rows["a"][-1] == "nhiều"
