"""Any name may come in, only a plain one goes out."""

from __future__ import annotations

import pytest

from opendata.web import filenames, media_types


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Dân số Hà Nội", "dan-so-ha-noi.csv"),
        ("dan-so.csv", "dan-so.csv"),
        ("../../../../etc/passwd", "etc-passwd.csv"),
        ("..\\..\\x", "x.csv"),
        ("", "du-lieu.csv"),
        (".", "du-lieu.csv"),
        ("\0\r\n", "du-lieu.csv"),
    ],
)
def test_name_in_the_address_is_plain(name: str, plain: str) -> None:
    assert filenames.plain(name, "csv") == plain


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "x\r\nSet-Cookie: a=1", "a\u202egpj.exe", "ạ" * 5000, "\ud800"]
)
def test_header_is_one_line_with_one_name(name: str) -> None:
    header = filenames.disposition(name, "csv")
    header.encode("ascii")
    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
    assert "%E2%80%AE" not in header
    assert header.endswith(".csv")
    assert len(header) < 1_500


def test_media_type_is_ours() -> None:
    assert media_types.media_type("csv", encoding="utf-8-sig") == "text/csv; charset=utf-8"
    assert media_types.media_type("csv", encoding="tcvn3") == "text/csv"
    assert media_types.media_type("evil", encoding="") == "application/octet-stream"
