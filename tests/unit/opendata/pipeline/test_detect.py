from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline import detect
from opendata.pipeline.shape import claims, signature


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"%PDF-1.7\n", "pdf", "not-tabular"),
        (b"PAR1....", "parquet", ""),
        (b"ARROW1....", "arrow", ""),
        (b"\xff\xff\xff\xff\x78\x00\x00\x00....", "arrow", ""),
        (b"\xff\xff\xff\xff\x79\x00\x00\x00....", "other", "not-tabular"),
        (b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml", "xlsx", ""),
        (b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "ods", ""),
        (b"\x89PNG\r\n\x1a\n....", "other", "not-tabular"),
        (b"\x1f\x8b\x08....", "gz", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "xls", ""),
        ("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".encode("latin-1") + "WordDocument".encode("utf-16-le"),
         "other", "not-tabular"),
        (b'  {"a": 1}', "json", ""),
        (b'[{"a": 1}]', "json", ""),
        (b'{"a": 1}\n{"a": 2}\n', "jsonl", ""),
        (b'{\n "type" : "FeatureCollection"', "geojson", ""),
        (b"[id],[ten]\n1,a\n", "csv", ""),
        (b'<?xml version="1.0"?><rdf:RDF/>', "xml", ""),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "html", ""),
        (b'<?xml version="1.0"?>\n<html xmlns="x">', "html", ""),
        (bytes(range(256)) * 4, "other", "not-tabular"),
        (b"a,b\n1,2\n", "csv", ""),
        ("a\tb\n1\t2\n".encode("utf-16"), "csv", ""),
        ("a\tb\n1\t2\n".encode("utf-16-be"), "csv", ""),
    ],
)  # fmt: skip
def test_bytes_say_what_they_are(content: bytes, kind: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert signature.identify(path) == signature.Signature(kind, reason)


@pytest.mark.parametrize(
    ("member", "kind", "reason"),
    [
        ("xl/workbook.xml", "xlsx", ""),
        ("xl/workbook.bin", "xlsb", ""),
        ("word/document.xml", "other", "not-tabular"),
    ],
)
def test_office_files_are_told_apart(member: str, kind: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "")
    assert signature.identify(path) == signature.Signature(kind, reason)


def test_zip_of_anything_else_is_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", "a,b\n1,2\n")
    assert signature.identify(path).format == "zip"


@pytest.mark.parametrize(
    ("said", "url", "content_type", "claim"),
    [
        ("CSV", "http://x/a.pdf", "", "csv"),
        (".XLSX", "http://x/a", "", "xlsx"),
        ("", "http://x/b%C3%A1o.csv?x=1", "text/html", "csv"),
        ("", "http://x/a", "text/csv; charset=utf-8", "csv"),
        ("", "http://x/a", "application/x-ndjson", "jsonl"),
        ("", "http://x/a", "", ""),
    ],
)
def test_claim_is_the_word_then_the_address_then_the_answer(
    said: str, url: str, content_type: str, claim: str
) -> None:
    assert claims.claimed_format(said, url, {"content-type": content_type}) == claim


def shape(path: Path, claim: str):
    return detect.shape_of(path, claim, folder=path.parent, limits=Tables(), where="here")


def test_web_page_in_place_of_data_fails(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("<html><body>404</body></html>")
    for claim in ("csv", "json", "xml", "xlsx", "zip", "gz"):
        with pytest.raises(SourceFailure) as failure:
            shape(path, claim)
        assert failure.value.reason == "unexpected-type"
    assert shape(path, "html").reason == "not-tabular"


def test_file_without_bytes_fails(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(SourceFailure) as failure:
        shape(path, "csv")
    assert failure.value.reason == "empty"


def test_clean_utf8_is_read_in_place_and_nothing_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("Mã,Tên\n01,Hà Nội\n", encoding="utf-8")
    found = shape(path, "csv")
    assert (found.tables[0].path, found.tables[0].encoding, found.tables[0].delimiter) == (
        path,
        "utf-8",
        ",",
    )
    assert list(tmp_path.iterdir()) == [path]


def test_header_alone_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a,b\n")
    found = shape(path, "csv")
    assert (found.tables, found.reason) == ((), "no-rows")


def test_too_many_columns_fail(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(",".join(f"c{n}" for n in range(1_001)) + "\n" + "," * 1_000 + "\n")
    with pytest.raises(SourceFailure) as failure:
        shape(path, "csv")
    assert failure.value.reason == "too-many-columns"


def test_text_that_is_named_as_no_table_is_none(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("@prefix a: <b> ;\na:b a a:c ;\na:d a:e ;\n")
    assert shape(path, "ttl").reason == "not-tabular"
