from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline import detect


@pytest.fixture
def packed(tmp_path: Path):
    """Pack members, given as (name, content), into a ZIP."""

    def run(*members: tuple[str, bytes | str]) -> Path:
        path = tmp_path / "packed.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(zipfile.ZipInfo(name), content)
        return path

    return run


def unread(built) -> list[tuple[str, str]]:
    assert {problem.code for problem in built.shape.problems} <= {"member-not-read"}
    return [(problem.field, problem.value) for problem in built.shape.problems]


def test_members_are_files_of_their_own_named_by_their_path(packed, build, tmp_path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))
    for name in ("Một", "Hai"):
        book.add_worksheet(name).write_column(0, 0, ["Mã", "01"])
    book.close()
    built = build(
        packed(
            ("csv/ten-tep.csv", "Mã,Số\n01,2\n"),
            ("so-lieu.xlsx", (tmp_path / "book.xlsx").read_bytes()),
            ("x.json", '[{"a": "1"}]'),
        ),
        claim="zip",
    )
    assert built.shape.format == "zip"
    assert [table.name for table in built.tables] == [
        "csv/ten-tep.csv",
        "so-lieu.xlsx/Một",
        "so-lieu.xlsx/Hai",
        "x.json",
    ]
    assert built.shape.problems == ()


def test_one_table_alone_needs_no_name(packed, build) -> None:
    built = build(packed(("2025-01.csv", "a,b\n1,2\n"), ("README.md", "x")), claim="zip")
    assert built.table.name == ""
    assert built.rows == {"a": [1], "b": [2]}
    assert unread(built) == [("README.md", "not-tabular")]


def test_members_that_are_not_read_are_named(packed, build) -> None:
    built = build(
        packed(
            ("a.csv", "a,b\n1,2\n"),
            ("map.pdf", "%PDF-1.7"),
            ("within.zip", packed(("b.csv", "a,b\n1,2\n")).read_bytes()),
            ("error.csv", "<html><body>404</body></html>"),
            ("empty.csv", ""),
            ("cut.json", '[{"a": 1}'),
            ("__MACOSX/._a.csv", "x"),
            (".DS_Store", "x"),
            ("Thumbs.db", "x"),
        ),
        claim="zip",
    )
    assert len(built.tables) == 1
    assert unread(built) == [
        ("map.pdf", "not-tabular"),
        ("within.zip", "format-not-read"),
        ("error.csv", "unexpected-type"),
        ("empty.csv", "empty"),
        ("cut.json", "unreadable"),
    ]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("a.pdf", "%PDF-1"), ("b.pdf", "%PDF-1")], "not-tabular"),
        ([("a.pdf", "%PDF-1"), ("b.csv", "")], "format-not-read"),
        ([], "no-rows"),
    ],
)
def test_archive_without_a_table_is_kept_and_says_why(members, reason, packed, build) -> None:
    built = build(packed(*members), claim="zip")
    assert (built.tables, built.shape.reason) == ((), reason)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_lead_nowhere_and_are_told_apart(packed, build, tmp_path: Path) -> None:
    before = set(tmp_path.parent.iterdir())
    names = ("../../out.csv", "/out.csv", "C:\\out.csv", "out.csv", "out.csv", "a/../b\n.csv")
    built = build(packed(*((name, "a,b\n1,2\n") for name in names)), claim="zip")
    assert [table.name for table in built.tables] == [
        "out.csv",
        "out.csv (2)",
        "out.csv (3)",
        "out.csv (4)",
        "out.csv (5)",
        "a/b_.csv",
    ]
    assert set(tmp_path.parent.iterdir()) == before


def test_link_is_no_data(build, tmp_path: Path) -> None:
    path = tmp_path / "links.zip"
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.csv", "a,b\n1,2\n")
    built = build(path, claim="zip")
    assert built.rows == {"a": [1], "b": [2]}
    assert unread(built) == [("link.csv", "not-tabular")]


def test_bomb_is_not_opened_to_its_end(build, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w") as member,
    ):
        for _ in range(1_024):
            member.write(bytes(1 << 20))
    built = build(path, claim="zip")
    assert built.shape.reason == "unpacked-too-large"
    assert sum(file.stat().st_size for file in tmp_path.rglob("member-*") if file.is_file()) < (
        300 << 20
    )


def test_bounds_of_archives(packed, build) -> None:
    path = packed(*((f"{n}.csv", os.urandom(600).hex()) for n in range(4)))
    few, small = Tables(max_archive_members=3), Tables(max_archive_bytes=4_000)
    assert build(path, claim="zip", limits=few).shape.reason == "too-many-members"
    assert build(path, claim="zip", limits=small).shape.reason == "unpacked-too-large"


def test_encrypted_archive_says_so(packed, build) -> None:
    path = packed(("a.csv", "a,b\n1,2\n"))
    content = bytearray(path.read_bytes())
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(magic) + place] |= 1
    assert build(bytes(content), claim="zip").shape.reason == "encrypted"


@pytest.mark.parametrize("claim", ["gz", "csv"])
def test_packed_csv_is_read_as_if_it_were_not(claim: str, build) -> None:
    built = build(gzip.compress("Mã,Số\n01,2\n".encode()), claim=claim)
    assert built.shape.format == "gz"
    assert built.rows == {"Mã": ["01"], "Số": [2]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b"a,b\n1,2\n" * 1_000)[:-12], "unreadable"),
        (b"\x1f\x8b\x08" + b"x" * 50, "unreadable"),
        (gzip.compress(b"<html><body>404</body></html>"), "unexpected-type"),
        (gzip.compress(b""), "empty"),
        (b"PK\x03\x04" + b"x" * 50, "unreadable"),
    ],
)
def test_damaged_archives_fail(content: bytes, reason: str, build) -> None:
    with pytest.raises(SourceFailure) as failure:
        build(content, claim="csv")
    assert failure.value.reason == reason


def test_every_member_of_a_timetable_is_a_table(build, shared_inputs: Path) -> None:
    path = shared_inputs / "inputs/csv/gtfs/sample_gtfs.zip"
    built = build(path, claim="zip")
    with zipfile.ZipFile(path) as archive:
        rows = {name: len(archive.read(name).splitlines()) - 1 for name in archive.namelist()}
    assert {table.name: table.rows_read for table in built.tables} == {
        name: count for name, count in rows.items() if count
    }
    assert unread(built) == [(name, "no-rows") for name, count in rows.items() if not count]


def test_directory_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    end = b"PK\x05\x06" + bytes(8) + (1 << 30).to_bytes(4, "little") + bytes(6)
    path.write_bytes(b"PK\x03\x04" + bytes(30) + end)
    found = detect.shape_of(path, "zip", folder=tmp_path, limits=Tables(), where="here")
    assert (found.format, found.reason) == ("zip", "too-many-members")
