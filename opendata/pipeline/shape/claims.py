"""What format a source claims for a file: its own word, else the address, else the answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_BY_MEDIA_TYPE = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/plain": "txt",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.apache.parquet": "parquet",
    "application/json": "json",
    "application/geo+json": "geojson",
    "application/ld+json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/rdf+xml": "rdf",
    "text/turtle": "ttl",
    "application/pdf": "pdf",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/gzip": "gz",
    "application/x-gzip": "gz",
    "text/html": "html",
    "application/xhtml+xml": "html",
}
_TABLES = frozenset({"csv", "tsv", "txt", "xls", "xlsx", "xlsm", "xlsb", "ods", "excel", "parquet"})
_DOCUMENTS = frozenset({"json", "geojson", "jsonl", "ndjson", "xml", "rdf", "kml", "gml", "gpx"})
_ARCHIVES = frozenset({"zip", "gz", "7z", "rar"})
# Text that is no table, which only its name tells from one.
_OTHER_TEXT = frozenset(
    {"ttl", "turtle", "n3", "nt", "trig", "sql", "yaml", "yml", "md", "tex", "log"}
)


def claimed_format(said: str, url: str, headers: Mapping[str, str]) -> str:
    """Return the claim as a short lower-case word (`csv`, `xlsx`, …), or nothing."""
    path = PurePosixPath(unquote(urlsplit(url).path))
    return _word(said) or path.suffix.lower().lstrip(".") or _word(headers.get("content-type", ""))


def is_data(claim: str) -> bool:
    """Say whether a web page in place of this claim must be a mistake or an error page."""
    return claim in _TABLES or claim in _DOCUMENTS or claim in _ARCHIVES


def is_delimited(claim: str) -> bool:
    """Say whether the claim is text in rows, which no binary file can be."""
    return claim in ("csv", "tsv")


def is_other_text(claim: str) -> bool:
    """Say whether text under this claim is no table, however many commas it has."""
    return claim in _OTHER_TEXT


def _word(claim: str) -> str:
    plain = claim.partition(";")[0].strip().lower().lstrip(".")
    return _BY_MEDIA_TYPE.get(plain, plain)
