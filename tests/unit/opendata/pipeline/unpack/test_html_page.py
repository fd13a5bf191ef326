from __future__ import annotations

import pytest

from opendata.errors import SourceFailure

PAGE = """<!DOCTYPE html><html><head><meta charset="windows-1252"></head><body>
<table><tr><td>Menu</td><td><table><caption>Dân số</caption>
<thead><tr><th colspan="4">Biểu 1</th></tr>
<tr><th rowspan="2">Mã</th><th rowspan="2">Tên<br>tỉnh</th><th colspan="2">Quy mô</th></tr>
<tr><th>Dân số</th><th>Diện tích</th></tr></thead>
<tfoot><tr><td></td><td>Cả nước</td><td>15</td><td>8.5</td></tr></tfoot>
<tbody><tr><td>01</td><td rowspan="2">Hà Nội<script>x</script></td><td>8</td><td>3.5</td></tr>
<tr><td>02</td><td>7</td><td>5</td></tr><tr><td colspan="4">Miền Bắc</td></tr></tbody></table>
</td></tr></table></body></html>"""

ROWS = "<tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr>"


def test_labels_come_from_the_header_cells_and_spans_are_laid_out(build) -> None:
    built = build(PAGE, claim="html")
    assert built.shape.format == "html"
    assert (built.table.name, built.table.title) == ("", "Dân số Biểu 1")
    assert built.rows["Mã"] == ["01", "02", "Miền Bắc", None]
    assert built.rows["Tên tỉnh"] == ["Hà Nội", "Hà Nội", None, "Cả nước"]
    assert built.rows["Quy mô - Dân số"] == [8, 7, None, 15]
    assert built.types["Quy mô - Diện tích"] == "number"


def test_tables_without_header_cells_are_read_by_their_looks(build) -> None:
    built = build(
        "<html><table><tr><td>Tên</td><td>Số</td></tr><tr><td>a</td><td>1</td></tr></table></html>",
        claim="htm",
    )
    assert built.rows == {"Tên": ["a"], "Số": [1]}


def test_several_tables_are_named_by_caption_or_place(build) -> None:
    one = "<table>{}<tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
    page = "<html>" + one.format("<caption>Một</caption>") + one.format("") + "</html>"
    assert [table.name for table in build(page, claim="html").tables] == ["Một", "table-2"]


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>a</td><td>b</td></tr></table>",
        "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>",
        f'<table role="presentation">{ROWS}</table>',
        f"<table>{ROWS}<tr><td>Mật khẩu</td><td><input></td></tr></table>",
        "<p>Nothing here</p>",
        "",
    ],
)
def test_page_without_data_is_no_table(table: str, build) -> None:
    assert build(f"<html><body>{table}</body></html>", claim="html").shape.reason == "not-tabular"


def test_page_in_place_of_a_csv_is_a_mistake(build) -> None:
    with pytest.raises(SourceFailure) as failure:
        build(PAGE, claim="csv")
    assert failure.value.reason == "unexpected-type"


@pytest.mark.parametrize("span", ["999999999", "-1", "x", "٣", ""])
def test_odd_spans_do_no_harm(span: str, build) -> None:
    page = (
        f'<html><table><tr><th>a</th><th>b</th></tr><tr><td rowspan="{span}">1</td><td>2</td></tr>'
        "<tr><td>3</td></tr></table></html>"
    )
    assert build(page, claim="html").table.rows_read == 2


def test_table_as_wide_as_a_span_says_is_refused(build) -> None:
    cells = '<td colspan="1000">x</td>' * 3
    page = f"<html><table><tr>{cells}</tr><tr>{cells}</tr></table></html>"
    with pytest.raises(SourceFailure) as failure:
        build(page, claim="html")
    assert failure.value.reason == "too-many-columns"


def test_legacy_page_is_read_by_its_bytes(build) -> None:
    page = "<html><table><tr><th>Tên</th><th>Số</th></tr><tr><td>Hà Nội</td><td>1</td></tr></table>"
    assert build(page.encode("utf-16"), claim="html").rows == {"Tên": ["Hà Nội"], "Số": [1]}
