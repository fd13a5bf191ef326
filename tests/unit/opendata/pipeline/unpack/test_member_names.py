from __future__ import annotations

import zipfile

import pytest

from opendata.pipeline.unpack import member_names
from opendata.pipeline.unpack.distinct import distinct

NAME = "số liệu/Dân số.csv"


def named(raw: bytes) -> str:
    """Return the name of a member whose writer wrote these bytes and did not say UTF-8."""
    return member_names.of_zip(zipfile.ZipInfo(raw.decode("cp437")))


def test_name_in_utf8_is_believed() -> None:
    said = zipfile.ZipInfo(NAME)
    said.flag_bits |= 0x800
    assert member_names.of_zip(said) == NAME
    assert named(NAME.encode()) == NAME


def test_name_of_windows_in_viet_nam() -> None:
    # đ, â and ố have letters of their own; tones are combining marks.
    raw = b"s\xf4\xec li\xea\xf2u.csv"
    assert named(raw) == "số liệu.csv"


def test_other_names_are_western() -> None:
    assert named("Größe.csv".encode("cp437")) == "Größe.csv"


@pytest.mark.parametrize(
    ("name", "tidied"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\a\\b.csv", "a/b.csv"),
        ("/", "_"),
        ("a\x00\u202eb", "a__b"),
        ("x" * 300, "x" * 200),
    ],
)
def test_names_are_tidied(name: str, tidied: str) -> None:
    assert member_names.tidy(name) == tidied


def test_names_are_told_apart() -> None:
    assert distinct(["a", "a", "a (2)", "b"]) == ["a", "a (3)", "a (2)", "b"]
