"""What bytes are, by magic and content; a claim of the source plays no part."""

from __future__ import annotations

import mmap
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from opendata.pipeline.shape import zip_directory
from opendata.pipeline.shape.wide import utf16_without_mark

_HEAD = 64 * 1024
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"PAR1", "parquet"),
    (b"PARE", "parquet"),
    (b"ARROW1", "arrow"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x1f\x8b", "gz"),
    (b"7z\xbc\xaf\x27\x1c", "packed"),
    (b"Rar!\x1a\x07", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ\x00", "packed"),
    (b"\x89PNG\r\n\x1a\n", "other"),
    (b"\xff\xd8\xff", "other"),
    (b"GIF8", "other"),
    (b"II*\x00", "other"),
    (b"MM\x00*", "other"),
    (b"RIFF", "other"),
    (b"{\\rtf", "other"),
    (b"%!PS", "other"),
    (b"SQLite format 3\x00", "other"),
)
_MOST_DIRECTORY = 16 << 20  # of a ZIP; some hundred thousand members
_CONTINUES = b"\xff\xff\xff\xff"
_MOST_SCHEMA = 16 << 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|title|meta|script|div|p|h1|table)\b", re.I)
_MARKUP = re.compile(r"<(\?xml|!--|!doctype|[a-z_])", re.I)
_JSON = re.compile(r"\{\s*(\"|\})|\[\s*([\[{\"\]]|(-?\d+(\.\d+)?|true|false|null)\s*[,\]]\s)")
_FEATURES = re.compile(r"\"type\"\s*:\s*\"FeatureCollection\"")
_CLOSING = {"{": "}", "[": "]"}
# Office formats that are no tables, by the folder that holds their content.
_DOCUMENTS = ("word/", "ppt/", "visio/")


@dataclass(frozen=True)
class Signature:
    """A format and, where no table is read from it, the reason."""

    format: str
    reason: str = ""


def identify(path: Path) -> Signature:
    """Return what the file is; the format `csv` stands for any delimited text."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    if kind == "zip":
        return _inside_zip(path, head)
    if kind == "ole":
        return _inside_ole(path)
    if kind in ("pdf", "other"):
        return Signature(kind, "not-tabular")
    if kind == "parquet":
        return Signature("parquet")
    if kind == "arrow" or _is_arrow_stream(head):
        return Signature("arrow")
    if kind == "gz":
        return Signature("gz")
    if kind == "packed":
        return Signature("other", "format-not-read")
    return _text(head)


def _is_arrow_stream(head: bytes) -> bool:
    """A stream has no magic: a mark that text does not begin with, then the size of a schema."""
    size = int.from_bytes(head[4:8], "little")
    return head.startswith(_CONTINUES) and 0 < size < _MOST_SCHEMA and size % 8 == 0


def _inside_zip(path: Path, head: bytes) -> Signature:
    if zip_directory.size_of(path) > _MOST_DIRECTORY:
        return Signature("zip", "too-many-members")
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:80] if _is_small(archive, "mimetype") else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return _cut_zip(head)
    if mimetype.endswith(b"opendocument.spreadsheet"):
        return Signature("ods")
    if "[Content_Types].xml" not in names:
        is_document = mimetype.startswith(b"application/")
        return Signature("other", "not-tabular") if is_document else _ZIP
    if "xl/workbook.bin" in names:
        return Signature("xlsb")
    if any(name.startswith("xl/") for name in names):
        return Signature("xlsx")
    is_document = any(name.startswith(_DOCUMENTS) for name in names)
    return Signature("other", "not-tabular") if is_document else _ZIP


def _cut_zip(head: bytes) -> Signature:
    """A spreadsheet that was cut off is still announced by the names of its first members."""
    if b"opendocument.spreadsheet" in head:
        return Signature("ods")
    return Signature("xlsx") if b"[Content_Types].xml" in head and b"xl/" in head else _ZIP


_ZIP = Signature("zip")


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.NameToInfo and archive.NameToInfo[name].file_size < 1_000


def _inside_ole(path: Path) -> Signature:
    """Tell old spreadsheets from old documents by the streams they name."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("WordDocument".encode("utf-16-le")) >= 0:
            return Signature("other", "not-tabular")
        if content.find("PowerPoint Document".encode("utf-16-le")) >= 0:
            return Signature("other", "not-tabular")
    return Signature("xls")


def _text(head: bytes) -> Signature:
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    encoding = marked or utf16_without_mark(head) or "latin-1"
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if _MARKUP.match(text):
        return _markup(text)
    if _JSON.match(text):
        return Signature(_json(text))
    if encoding == "latin-1" and _is_binary(head):
        return Signature("other", "not-tabular")
    return Signature("csv")


def _markup(text: str) -> Signature:
    is_html = _HTML.match(text) or (
        re.match(r"<(\?xml|!--|!doctype)", text, re.I) and re.search(r"<html\b", text[:4096], re.I)
    )
    if is_html:
        return Signature("html")
    return Signature("xml")


def _json(text: str) -> str:
    """Tell a document from lines of JSON, each of which is a document."""
    if _FEATURES.search(text):
        return "geojson"
    first, _, rest = text.partition("\n")
    is_whole = first.rstrip().endswith(_CLOSING[text[0]])
    return "jsonl" if is_whole and rest.lstrip().startswith(text[0]) else "json"


def _is_binary(head: bytes) -> bool:
    """Text holds next to no control characters; a few NULs are a damaged table, not a program."""
    controls = sum(head.count(bytes([code])) for code in range(32) if code not in b"\t\n\r\x0b\x0c")
    return controls * 20 > len(head)
