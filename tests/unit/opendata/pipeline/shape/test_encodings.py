from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from opendata import vietnamese
from opendata.errors import SourceFailure
from opendata.pipeline.shape import encodings, legacy, transcode
from opendata.pipeline.shape.encodings import Encoding

TEXT = (
    "Mã;Tên đơn vị;Ghi chú\n"
    "01;Thành phố Hà Nội;Thủ đô nước Cộng hòa xã hội chủ nghĩa Việt Nam\n"
    "02;Tỉnh Lạng Sơn;Giáp với Quảng Tây, cửa khẩu Hữu Nghị\n"
    "03;Tỉnh Đắk Lắk;Nguyễn Văn Ưng, Phường Ỷ La, Ấp Ổi, Ễnh Ương\n"
)


def as_bytes(text: str, decode: legacy.Decode) -> bytes:
    """Write text in an old encoding by asking its reader what each byte or pair means."""
    composed = {
        unicodedata.normalize("NFC", decode(bytes(pair))): bytes(pair)
        for second in (b"", *(bytes([n]) for n in range(0x80, 0x100)))
        for first in range(0x100)
        if not ((pair := bytes([first]) + second)[0] >= 0x80 and second and decode is legacy.tcvn3)
    }
    plain = {character: bytes([ord(character)]) for character in text if character.isascii()}
    return b"".join(plain.get(c) or composed[c] for c in text)


@pytest.mark.parametrize("name", ["tcvn3", "vni", "windows-1258"])
def test_old_vietnamese_encodings_are_found_and_read(name: str, tmp_path: Path) -> None:
    path, copy = tmp_path / "old", tmp_path / "new"
    path.write_bytes(as_bytes(TEXT, legacy.VIETNAMESE[name]))
    found = encodings.find(path)
    assert found is not None
    assert found.name == name
    transcode.to_utf8(path, copy, found)
    assert copy.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (TEXT.encode(), Encoding("utf-8")),
        (b"\xef\xbb\xbf" + TEXT.encode(), Encoding("utf-8", bom=3)),
        (unicodedata.normalize("NFD", TEXT).encode(), Encoding("utf-8", has_marks=True)),
        (TEXT.encode("utf-16"), Encoding("utf-16-le", 2, is_lossy=True, has_marks=True)),
        (b"a;b\n1;2\n", Encoding("utf-8")),
        (
            "Année;Région\n2020;Île-de-France\n2021;Rhône\n2022;Béarn\n".encode("cp1252"),
            Encoding("windows-1252", is_lossy=True, has_marks=True),
        ),
        (TEXT.encode() * 3 + b"\xff\n", Encoding("utf-8", is_lossy=True, has_marks=True)),
        (TEXT.encode("utf-16-le"), Encoding("utf-16-le", is_lossy=True, has_marks=True)),
        (TEXT.encode("utf-16-be"), Encoding("utf-16-be", is_lossy=True, has_marks=True)),
        (b"a;b\0\n1;2\n", Encoding("utf-8")),
        # One line of a hundred in nobody knows what: its row is lost, not the file.
        (b"a;b\n" * 100 + b"1;\x81\x8d\x8f\n", Encoding("utf-8", is_lossy=True, has_marks=True)),
        ("景點,中文\n地址,電話\n".encode("big5"), None),
    ],
)
def test_encoding_is_found_over_the_whole_file(
    content: bytes, expected: Encoding | None, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert encodings.find(path) == expected


def test_broken_byte_far_behind_the_start_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(TEXT.encode() * 20_000 + b"\xff\n")
    assert encodings.find(path) == Encoding("utf-8", is_lossy=True, has_marks=True)


@pytest.mark.parametrize("name", ["tcvn3", "vni", "windows-1258"])
@pytest.mark.parametrize("share", [1, 10])
def test_lines_of_an_old_encoding_in_a_file_of_utf8_are_read(build, name: str, share: int) -> None:
    old = [as_bytes(line + "\n", legacy.VIETNAMESE[name]) for line in TEXT.splitlines()[1:]]
    header, *new = TEXT.encode().splitlines(keepends=True)
    built = build(header + b"".join(new) + b"".join(old) * share)
    rows = [tuple(line.split(";")) for line in TEXT.splitlines()[1:]]
    assert list(zip(*built.rows.values(), strict=True)) == rows * (1 + share)
    assert built.shape.tables[0].encoding == "utf-8"


def test_lines_that_make_no_sense_in_any_encoding_are_undecodable(build) -> None:
    western = "04;Café Crème;Ça déjà vu à l'été\n".encode("cp1252") * 2
    thai = "05;ประเทศ;ไทย\n".encode("cp874")
    built = build(TEXT.encode() * 5 + western + thai)
    assert [code for _, _, code, _ in built.quarantined] == ["undecodable"] * 3
    assert built.table.rows_quarantined == 3


def test_unknown_encoding_fails_with_what_to_do(build) -> None:
    with pytest.raises(SourceFailure) as failure:
        build("景點,中文\n地址,電話\n".encode("big5"))
    assert failure.value.reason == "unknown-encoding"
    assert "UTF-8" in failure.value.detail


def test_composition_is_not_broken_at_the_end_of_a_chunk(tmp_path: Path) -> None:
    path, copy = tmp_path / "nfd", tmp_path / "nfc"
    text = "ệ" * 700_000
    path.write_text(unicodedata.normalize("NFD", text), encoding="utf-8")
    transcode.to_utf8(path, copy, Encoding("utf-8", has_marks=True))
    # Runs without any ASCII letter are cut somewhere; letters never are.
    assert unicodedata.normalize("NFC", copy.read_text(encoding="utf-8")) == text
    path.write_text(unicodedata.normalize("NFD", "ệ " * 700_000), encoding="utf-8")
    transcode.to_utf8(path, copy, Encoding("utf-8", has_marks=True))
    assert copy.read_text(encoding="utf-8") == "ệ " * 700_000


@pytest.mark.parametrize("word", ["Nguyễn", "đường", "QUỐC", "khuya", "ỷ", "giếng", "Ưng"])
def test_syllables_are_known(word: str) -> None:
    assert vietnamese.is_syllable(word)


@pytest.mark.parametrize("word", ["Qu§n", "xyz", "ầy̆", "tổố", "straße", "nGuyễn", "café"])
def test_other_words_are_not(word: str) -> None:
    assert not vietnamese.is_syllable(word)


def test_six_encodings_of_one_table_are_one_table(build, shared_inputs: Path) -> None:
    folder = shared_inputs / "inputs" / "vietnam" / "encodings"
    tables = [build(path) for path in sorted(folder.iterdir())]
    assert len(tables) == 6
    reference = build(folder / "districts_utf8_nfc.csv").rows
    assert len(reference["Mã huyện"]) == 696
    for folder_path in sorted(folder.iterdir()):
        assert build(folder_path).rows == reference, folder_path.name
