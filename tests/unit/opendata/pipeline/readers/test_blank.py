"""Rows of delimiters are no rows, and the rows behind them keep their numbers."""

from __future__ import annotations


def test_rows_without_a_value_are_told_and_not_counted(build) -> None:
    built = build("ma,so\n01,5\n,\n,\n02,7\n,\n")
    table = built.table
    assert (table.rows_read, table.rows_accepted, table.rows_quarantined) == (2, 2, 0)
    assert [(p.code, p.count) for p in table.problems] == [("blank-row", 3)]


def test_bad_row_behind_blank_ones_is_found_by_its_number(build) -> None:
    fields = [{"name": "ma"}, {"name": "so", "type": "integer"}]
    built = build("ma,so\n01,5\n,\n02,bảy\n", fields=fields)
    assert built.quarantined == [(3, "so", "type", "bảy")]
    assert (built.table.rows_read, built.table.rows_accepted) == (2, 1)


def test_empty_cell_of_a_single_column_is_a_row(build) -> None:
    assert build('so\n5\n""\n7\n').table.rows_read == 3
